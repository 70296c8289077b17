package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.ServerInfo;
import java.util.Set;

/** Lets a modern client use a legacy server: what differs between the eras, written over. */
final class LegacyBridge {
  private static final int LEGACY_RESOURCE_NOT_FOUND = -32002;

  /** Requests that both eras have, with the same parameters. */
  private static final Set<String> COMMON =
      Set.of(
          "tools/list",
          "tools/call",
          "prompts/list",
          "prompts/get",
          "resources/list",
          "resources/templates/list",
          "resources/read",
          "completion/complete");

  private static final Set<String> CACHEABLE =
      Set.of(
          "tools/list",
          "prompts/list",
          "resources/list",
          "resources/templates/list",
          "resources/read");

  private LegacyBridge() {}

  /** Whether the request can be passed to a legacy server. */
  static boolean carries(RpcMessage request) {
    return COMMON.contains(request.method());
  }

  /** The answer to {@code server/discover}, from what the server said in its own handshake. */
  static byte[] discover(RpcMessage request, ServerInfo server) {
    String instructions = server.instructions();
    return RpcReply.result(
        request.idText(),
        "{\"resultType\":\"complete\",\"supportedVersions\":["
            + Json.quote(Era.MODERN_VERSION)
            + "],\"capabilities\":"
            + server.capabilities()
            + (instructions.equals("null") ? "" : ",\"instructions\":" + instructions)
            + ",\"ttlMs\":0,\"cacheScope\":\"private\",\"_meta\":"
            + "{\"io.modelcontextprotocol/serverInfo\":"
            + server.identity()
            + "}}");
  }

  /** A legacy server's response as a modern client expects it. */
  static RpcMessage translate(RpcMessage request, RpcMessage response) {
    try {
      return RpcMessage.parse(translated(request, response));
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("own translation: " + e.getMessage(), e);
    }
  }

  private static byte[] translated(RpcMessage request, RpcMessage response) {
    Span result = response.result();
    if (result != null && response.json()[result.start()] != '{') {
      return RpcReply.error(
          response.idText(),
          RpcCode.UPSTREAM_LOST,
          "the server answered with a result that is no object");
    }
    if (result != null && !response.hasResultType()) {
      byte[] json = response.json();
      String members =
          "\"resultType\":\"complete\""
              + (CACHEABLE.contains(request.method())
                  ? ",\"ttlMs\":0,\"cacheScope\":\"private\""
                  : "")
              + (isEmpty(json, result) ? "" : ",");
      return new Splice(json).insert(result.start() + 1, members).bytes();
    }
    if (response.errorCode() == LEGACY_RESOURCE_NOT_FOUND) {
      return RpcReply.error(
          response.idText(), RpcCode.INVALID_PARAMS, "Resource not found: " + request.target());
    }
    return response.json();
  }

  private static boolean isEmpty(byte[] json, Span object) {
    int next = object.start() + 1;
    while (Character.isWhitespace(json[next])) {
      next++;
    }
    return json[next] == '}';
  }
}
