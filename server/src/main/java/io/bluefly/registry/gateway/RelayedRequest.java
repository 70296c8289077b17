package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.upstream.HttpTarget;
import io.bluefly.registry.upstream.WireRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a server gets to see of a modern client's request: all but what is the registry's. */
final class RelayedRequest {
  private static final String MCP_NAME = "mcp-name";

  /**
   * Headers of one hop, and what is between the client and the registry alone (RFC 9110, 7.6.1).
   */
  private static final Set<String> NOT_TO_SERVER =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "host",
          "content-length",
          "accept-encoding",
          "expect",
          "authorization",
          "x-api-key",
          "cookie",
          "mcp-session-id",
          "origin",
          "referer");

  private RelayedRequest() {}

  /** The client's headers as the server gets them; those of the connection's endpoint win. */
  static WireRequest of(HttpServerRequest client, HttpTarget target, Routed routed) {
    WireRequest request = WireRequest.to(target, HttpMethod.POST);
    Map<String, String> own = target.headers();
    String name = routed.rewrites() ? routed.request().target() : null;
    Set<String> kept = ofThisHop(client.getHeader(HttpHeaders.CONNECTION));
    for (Map.Entry<String, String> header : client.headers()) {
      String lower = header.getKey().toLowerCase(Locale.ROOT);
      boolean replaced = own.containsKey(lower) || (name != null && lower.equals(MCP_NAME));
      if (!replaced && !kept.contains(lower)) {
        request.header(header.getKey(), header.getValue());
      }
    }
    if (name != null && !own.containsKey(MCP_NAME)) {
      request.header(MCP_NAME, McpHeaders.encode(name)); // It may have another one here.
    }
    own.forEach(request::header);
    return request;
  }

  /** Names that {@code Connection} lists are of this hop, too; most clients list none. */
  private static Set<String> ofThisHop(@Nullable String connection) {
    if (connection == null || connection.equalsIgnoreCase("keep-alive")) {
      return NOT_TO_SERVER;
    }
    Set<String> all = new HashSet<>(NOT_TO_SERVER);
    for (String name : connection.toLowerCase(Locale.ROOT).split(",", -1)) {
      all.add(name.strip());
    }
    return all;
  }
}
