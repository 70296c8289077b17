package io.bluefly.registry.gateway;

import io.bluefly.registry.config.Version;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.ServerInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Lets a modern client use a legacy server: what differs between the eras, written over. */
final class LegacyBridge {
  private static final int LEGACY_RESOURCE_NOT_FOUND = -32002;
  private static final int URL_ELICITATION_REQUIRED = -32042;

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

  /**
   * JSON text of the {@code params} of an {@code initialize} that declares what this modern request
   * does, in the registry's name: the session may serve other clients that declare the same.
   */
  static String initialize(RpcMessage request) {
    Span capabilities = request.capabilitiesSpan();
    return "{\"protocolVersion\":"
        + Json.quote(Era.LATEST_LEGACY)
        + ",\"capabilities\":"
        + (capabilities == null ? "{}" : capabilities.text(request.json()))
        + ",\"clientInfo\":{\"name\":\"mcp-registry\",\"version\":"
        + Json.quote(Version.CURRENT)
        + "}}";
  }

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

  /**
   * A legacy server's message as a modern client expects it.
   *
   * @param again the state of a retry that is just made again
   */
  static RpcMessage translate(RpcMessage request, RpcMessage response, Supplier<String> again) {
    if (response.errorCode() == URL_ELICITATION_REQUIRED) {
      return RpcMessage.ofOwn(urlsFirst(request, response, again));
    }
    return RpcMessage.ofOwn(translated(request, response));
  }

  /** A legacy server wants the user to visit addresses before the call is made again. */
  private static byte[] urlsFirst(RpcMessage request, RpcMessage response, Supplier<String> again) {
    String idText = response.idText();
    if (!ClientFeatures.of(request).opensUrls()) {
      return RpcReply.error(
          idText,
          RpcCode.MISSING_CAPABILITY,
          "the tool needs the user to visit an address",
          "{\"requiredCapabilities\":{\"elicitation\":{\"url\":{}}}}");
    }
    List<String> requests = new ArrayList<>();
    try {
      for (Span elicitation : elicitations(response)) {
        requests.add(
            Json.quote("url-" + (requests.size() + 1))
                + ":{\"method\":\"elicitation/create\",\"params\":"
                + elicitation.text(response.json())
                + "}");
      }
    } catch (MalformedMessageException e) {
      requests.clear();
    }
    return requests.isEmpty()
        ? RpcReply.error(
            idText, RpcCode.UPSTREAM_LOST, "the server wants addresses visited and names none")
        : RpcReply.result(
            idText, HeldCall.inputRequired("{" + String.join(",", requests) + "}", again.get()));
  }

  private static List<Span> elicitations(RpcMessage response) throws MalformedMessageException {
    Span at = response.error();
    for (String member : List.of("data", "elicitations")) {
      at = at == null ? null : Members.of(response.json(), at).get(member);
    }
    return at == null ? List.of() : Members.elements(response.json(), at);
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
      String uri = Json.quote(String.valueOf(request.target()));
      return RpcReply.error(
          response.idText(),
          RpcCode.INVALID_PARAMS,
          "Resource not found: " + request.target(),
          "{\"uri\":" + uri + "}");
    }
    return response.json();
  }

  /** Whether the object at {@code object} has no members. */
  static boolean isEmpty(byte[] json, Span object) {
    int next = object.start() + 1;
    while (Character.isWhitespace(json[next])) {
      next++;
    }
    return json[next] == '}';
  }
}
