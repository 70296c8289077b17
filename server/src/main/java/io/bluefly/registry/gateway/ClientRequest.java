package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.protocol.Era;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** A client's HTTP request, the connection that it is for, and the reply to it. */
record ClientRequest(Connection connection, HttpServerRequest http, ClientReply reply) {
  private static final String SESSION = "mcp-session-id";
  private static final String VERSION = "mcp-protocol-version";

  /** The legacy session that the client names. */
  @Nullable String sessionId() {
    return http.getHeader(SESSION);
  }

  /** The protocol version that the header names. */
  @Nullable String version() {
    return http.getHeader(VERSION);
  }

  /** Whether the header names the modern version. */
  boolean saysModern() {
    return Era.MODERN_VERSION.equals(version());
  }
}
