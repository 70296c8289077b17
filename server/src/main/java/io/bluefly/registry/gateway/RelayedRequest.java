package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.telemetry.Attempt;
import io.bluefly.registry.upstream.HttpTarget;
import io.bluefly.registry.upstream.WireRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server gets to see of a modern client's request: all but what is the registry's. */
final class RelayedRequest {
  private static final HttpHeadersFactory AS_READ =
      DefaultHttpHeadersFactory.headersFactory().withValidation(false);
  private static final AsciiString MCP_NAME = AsciiString.cached("mcp-name");

  /**
   * Headers of one hop, and what is between the client and the registry alone (RFC 9110, 7.6.1).
   */
  private static final HttpHeaders NOT_TO_SERVER =
      names(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings",
          "host",
          "content-length",
          "accept-encoding",
          "expect",
          "authorization",
          "x-api-key",
          "cookie",
          "mcp-session-id",
          "origin",
          "referer",
          "forwarded",
          "via",
          "x-real-ip",
          "x-http-method-override",
          "x-method-override",
          "x-rewrite-url",
          "true-client-ip",
          "cf-connecting-ip");

  /**
   * How the names begin by which proxies tell servers who asks and what for. A server that trusts
   * the registry must not take a client's word for it.
   */
  private static final List<String> PROXYS =
      List.of("x-forwarded-", "x-remote-", "x-original-", "x-client-");

  private RelayedRequest() {}

  /** A set of names in any case, which finds a name by the hash that it had when it was read. */
  private static HttpHeaders names(String... names) {
    HttpHeaders set = AS_READ.newHeaders();
    for (String name : names) {
      set.add(AsciiString.cached(name), "");
    }
    return set;
  }

  /** The client's headers as the server gets them; those of the connection's endpoint win. */
  static WireRequest of(ClientExchange client, HttpTarget target, Routed routed) {
    WireRequest request = WireRequest.to(target, HttpMethod.POST);
    Map<String, String> own = target.headers();
    String name = routed.rewrites() ? routed.request().target() : null;
    Attempt traced = routed.attempt();
    HttpHeaders kept = ofThisHop(client.headers().getAll(HttpHeaderNames.CONNECTION));
    var headers = client.headers().iteratorCharSequence();
    while (headers.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = headers.next();
      CharSequence called = header.getKey();
      boolean replaced =
          called.isEmpty()
              || isProxys(called)
              || (name != null && MCP_NAME.contentEqualsIgnoreCase(called))
              || (traced != null && isTraceContext(called))
              || (!own.isEmpty() && own.containsKey(called.toString().toLowerCase(Locale.ROOT)));
      if (!replaced && !kept.contains(called)) {
        request.header(called, header.getValue().toString());
      }
    }
    if (name != null && !own.containsKey(MCP_NAME.toString())) {
      request.header(MCP_NAME, McpHeaders.encode(name)); // It may have another one here.
    }
    if (traced != null) {
      put(request, Tracing.TRACEPARENT, traced.context().traceparent());
      put(request, Tracing.TRACESTATE, traced.context().tracestate());
    }
    own.forEach(request::header);
    return request;
  }

  private static boolean isProxys(CharSequence name) {
    if (name.length() < 2 || (name.charAt(0) | ' ') != 'x' || name.charAt(1) != '-') {
      return false;
    }
    for (String begin : PROXYS) {
      if (AsciiString.regionMatches(name, true, 0, begin, 0, begin.length())) {
        return true;
      }
    }
    return false;
  }

  private static boolean isTraceContext(CharSequence name) {
    return Tracing.TRACEPARENT.contentEqualsIgnoreCase(name)
        || Tracing.TRACESTATE.contentEqualsIgnoreCase(name);
  }

  private static void put(WireRequest request, CharSequence name, @Nullable String value) {
    if (value != null) {
      request.header(name, value);
    }
  }

  /** Names that {@code Connection} lists are of this hop, too; most clients list none. */
  private static HttpHeaders ofThisHop(List<String> connection) {
    if (connection.isEmpty()
        || (connection.size() == 1 && connection.getFirst().equalsIgnoreCase("keep-alive"))) {
      return NOT_TO_SERVER;
    }
    HttpHeaders all = AS_READ.newHeaders().add(NOT_TO_SERVER);
    for (String name : String.join(",", connection).split(",", -1)) {
      if (!name.isBlank()) {
        all.add(name.strip(), "");
      }
    }
    return all;
  }
}
