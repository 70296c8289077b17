package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.ServerInfo;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Lets a legacy client use a modern server: what differs between the eras, written over. */
final class ModernBridge {
  private static final String META = "io.modelcontextprotocol/";

  private static final Set<String> INPUT = Set.of("inputResponses", "requestState");

  private ModernBridge() {}

  /** A request as a modern server expects it, with what the client said when it began. */
  static RpcMessage lift(RpcMessage request, LegacySession session) {
    byte[] json = request.json();
    String members = meta(session);
    Span params = request.params();
    Span meta = request.metaSpan();
    Splice splice = new Splice(json);
    if (params == null) {
      splice.insert(request.bodyStart(), "\"params\":{\"_meta\":{" + members + "}},");
    } else if (meta == null || !meta.isObject(json)) {
      String comma = LegacyBridge.isEmpty(json, params) ? "" : ",";
      splice.insert(params.start() + 1, "\"_meta\":{" + members + "}" + comma);
    } else {
      String comma = LegacyBridge.isEmpty(json, meta) ? "" : ",";
      splice.insert(meta.start() + 1, members + comma);
    }
    return RpcMessage.ofOwn(splice.bytes());
  }

  private static String meta(LegacySession session) {
    RpcMessage initialize = session.initialize();
    String capabilities = text(initialize, initialize.capabilitiesSpan(), "{}");
    String info = text(initialize, initialize.clientInfoSpan(), null);
    String level =
        session.level() == LogLevel.UNSET
            ? ""
            : ",\"" + META + "logLevel\":" + Json.quote(session.level().wire());
    return "\""
        + META
        + "protocolVersion\":"
        + Json.quote(Era.MODERN_VERSION)
        + ",\""
        + META
        + "clientCapabilities\":"
        + capabilities
        + (info == null ? "" : ",\"" + META + "clientInfo\":" + info)
        + level;
  }

  private static @Nullable String text(
      RpcMessage message, @Nullable Span span, @Nullable String without) {
    return span == null ? without : span.text(message.json());
  }

  /**
   * The retry of a request that a server has answered with {@code input_required}.
   *
   * @param lifted the request as it was sent first
   * @param responses JSON text of the answers, an object
   * @param state the server's state as it stands in its answer, or null
   */
  static byte[] retry(RpcMessage lifted, String responses, @Nullable String state) {
    Span params = lifted.params();
    if (params == null) {
      throw new IllegalStateException("a lifted request has params");
    }
    String members =
        "\"inputResponses\":"
            + responses
            + ","
            + (state == null ? "" : "\"requestState\":" + state + ",");
    return new Splice(lifted.json()).insert(params.start() + 1, members).bytes();
  }

  /** A retry as a call like the first: without answers and state. */
  static RpcMessage withoutInput(RpcMessage retry) {
    Span params = retry.params();
    if (params == null) {
      return retry;
    }
    byte[] json = retry.json();
    try {
      String rest =
          Members.of(json, params).entrySet().stream()
              .filter(e -> !INPUT.contains(e.getKey()))
              .map(e -> Json.quote(e.getKey()) + ":" + e.getValue().text(json))
              .collect(Collectors.joining(",", "{", "}"));
      return RpcMessage.ofOwn(new Splice(json).replace(params, rest).bytes());
    } catch (MalformedMessageException e) {
      return retry;
    }
  }

  /**
   * The params of a server's question as a legacy client expects them: where a URL is to be opened,
   * with the id that 2026-07-28 has dropped.
   */
  static String asked(String method, byte[] json, Span params) throws MalformedMessageException {
    Span mode = method.equals("elicitation/create") ? Members.of(json, params).get("mode") : null;
    boolean anonymous =
        mode != null
            && "url".equals(Members.text(json, mode))
            && !Members.of(json, params).containsKey("elicitationId");
    String text = params.text(json);
    return anonymous
        ? "{\"elicitationId\":" + Json.quote(UUID.randomUUID().toString()) + "," + text.substring(1)
        : text;
  }

  /** The result of {@code initialize}, from what the server says of itself. */
  static String greeting(ServerInfo server, String version) {
    String instructions = server.instructions();
    return "{\"protocolVersion\":"
        + Json.quote(version)
        + ",\"capabilities\":"
        + server.capabilities()
        + ",\"serverInfo\":"
        + (server.name().isEmpty() ? "{\"name\":\"unknown\",\"version\":\"0\"}" : server.identity())
        + (instructions.equals("null") ? "" : ",\"instructions\":" + instructions)
        + "}";
  }
}
