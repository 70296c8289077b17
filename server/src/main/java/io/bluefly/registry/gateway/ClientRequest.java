package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * A message of a client.
 *
 * @param address for whom it is
 * @param reply where its answer goes
 * @param http the HTTP request that brought it; null on a channel, where nothing has headers
 */
record ClientRequest(
    Address address, RpcMessage message, ClientReply reply, @Nullable HttpServerRequest http) {
  private static final String SESSION = "mcp-session-id";
  private static final String VERSION = "mcp-protocol-version";

  /** The same with another message. */
  ClientRequest with(RpcMessage other) {
    return new ClientRequest(address, other, reply, http);
  }

  /** The same with another place for its answer. */
  ClientRequest with(ClientReply other) {
    return new ClientRequest(address, message, other, http);
  }

  /** The legacy session that the client names. */
  @Nullable String sessionId() {
    return http == null ? null : http.getHeader(SESSION);
  }

  /** The protocol version that the header names. */
  @Nullable String version() {
    return http == null ? null : http.getHeader(VERSION);
  }

  /** Whether the message is modern, or the header says so. */
  boolean isModern() {
    return message.era() == Era.MODERN || Era.MODERN_VERSION.equals(version());
  }
}
