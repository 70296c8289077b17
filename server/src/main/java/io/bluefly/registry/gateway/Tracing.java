package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Lease;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.telemetry.Attempt;
import io.bluefly.registry.telemetry.CallSubject;
import io.bluefly.registry.telemetry.Telemetry;
import io.bluefly.registry.telemetry.Trace;
import io.bluefly.registry.telemetry.TraceContext;
import io.bluefly.registry.upstream.ServerInfo;
import io.netty.util.AsciiString;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes the trace context off requests, and puts the registry's own on what goes to servers. */
final class Tracing {
  static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
  private static final String LISTEN = "subscriptions/listen";
  private static final String TCP = "tcp";

  private final @Nullable Telemetry telemetry;

  /** Does nothing without {@code telemetry}. */
  Tracing(@Nullable Telemetry telemetry) {
    this.telemetry = telemetry;
  }

  /** The same request, which is told of from now on; streams that stay open are not. */
  ClientRequest begin(ClientRequest client) {
    RpcMessage message = client.message();
    if (telemetry == null || message.method().equals(LISTEN)) {
      return client;
    }
    ClientExchange http = client.http();
    TraceContext carried =
        http == null
            ? TraceContext.NONE
            : new TraceContext(http.header(TRACEPARENT), http.header(TRACESTATE));
    String version = message.metaVersion() == null ? client.version() : message.metaVersion();
    CallSubject subject = subject(message, version, TCP, http == null ? null : "http");
    return client.traced(telemetry.begin(subject, told(message), carried));
  }

  private static CallSubject subject(
      RpcMessage message, @Nullable String version, String transport, @Nullable String protocol) {
    Span id = message.id();
    String text = id == null ? null : Members.text(message.json(), id);
    return new CallSubject(
        message.method(),
        message.target(),
        text == null ? message.idText() : text,
        version,
        transport,
        protocol);
  }

  private static TraceContext told(RpcMessage message) {
    Map<String, Span> meta = members(message.json(), message.metaSpan());
    return new TraceContext(
        text(message, meta.get(TRACEPARENT.toString())),
        text(message, meta.get(TRACESTATE.toString())));
  }

  private static @Nullable String text(RpcMessage message, @Nullable Span at) {
    return at == null ? null : Members.text(message.json(), at);
  }

  private static Map<String, Span> members(byte[] json, @Nullable Span object) {
    Map<String, Span> known = object == null ? null : known(json, object);
    return known == null ? Map.of() : known;
  }

  /** Null when a member is there twice, or it is no object. */
  private static @Nullable Map<String, Span> known(byte[] json, Span object) {
    try {
      return Members.of(json, object);
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  /** The call to a server that {@code request} becomes. */
  static Attempt attempt(Trace trace, RpcMessage request, Lease lease) {
    ServerInfo server = lease.session().server();
    CallSubject subject =
        switch (server.transport()) {
          case STDIO -> subject(request, server.protocolVersion(), "pipe", null);
          case WEBSOCKET -> subject(request, server.protocolVersion(), TCP, "websocket");
          case STREAMABLE_HTTP, HTTP_SSE -> subject(request, server.protocolVersion(), TCP, "http");
        };
    return trace.attempt(
        subject, lease.connection().id(), lease.connection().registration().pool());
  }

  /** The same request with {@code context} in its {@code _meta}, whatever was there before. */
  static RpcMessage carrying(RpcMessage request, TraceContext context) {
    byte[] json = request.json();
    Span params = request.params();
    Span meta = request.metaSpan();
    Splice splice = new Splice(json);
    if (params == null) {
      splice.insert(request.bodyStart(), "\"params\":{\"_meta\":{" + fields(context) + "}},");
    } else if (!params.isObject(json) || (meta != null && !meta.isObject(json))) {
      return request;
    } else if (meta == null) {
      insert(splice, json, params, "\"_meta\":{" + fields(context) + "}");
    } else {
      replace(splice, json, meta, context);
    }
    return RpcMessage.ofOwn(splice.bytes());
  }

  private static String fields(TraceContext context) {
    String parent = "\"traceparent\":" + Json.quote(String.valueOf(context.traceparent()));
    return context.tracestate() == null
        ? parent
        : parent + ",\"tracestate\":" + Json.quote(context.tracestate());
  }

  private static void insert(Splice splice, byte[] json, Span object, String members) {
    int first = object.start() + 1;
    while (json[first] <= ' ') {
      first++;
    }
    splice.insert(object.start() + 1, json[first] == '}' ? members : members + ",");
  }

  private static void replace(Splice splice, byte[] json, Span meta, TraceContext context) {
    Map<String, Span> known = known(json, meta);
    if (known == null) {
      return; // A member twice: the server may say so.
    }
    StringBuilder added = new StringBuilder();
    put(splice, added, known, "traceparent", context.traceparent());
    put(splice, added, known, "tracestate", context.tracestate());
    if (!added.isEmpty()) {
      insert(splice, json, meta, added.substring(1));
    }
  }

  private static void put(
      Splice splice,
      StringBuilder added,
      Map<String, Span> known,
      String name,
      @Nullable String value) {
    Span at = known.get(name);
    if (at != null) {
      splice.replace(at, Json.quote(value == null ? "" : value));
    } else if (value != null) {
      added.append(",\"").append(name).append("\":").append(Json.quote(value));
    }
  }
}
