package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Serves 2026-07-28, on every transport. */
final class ModernRequests {
  private static final Set<String> CACHEABLE =
      Set.of(
          "server/discover",
          "tools/list",
          "prompts/list",
          "resources/list",
          "resources/templates/list",
          "resources/read");

  private final ServerState state;

  ModernRequests(ServerState state) {
    this.state = state;
  }

  /** The result of a request whose {@code _meta} has been checked. */
  ObjectNode result(Incoming request, Outlet outlet, Cancellation cancellation)
      throws Interruption {
    String method = request.method();
    ObjectNode result =
        switch (method) {
          case "server/discover" -> discover();
          case "subscriptions/listen" ->
              state.subscriptions().listen(request, outlet, cancellation);
          case "tasks/get", "tasks/update", "tasks/cancel" -> state.tasks().result(request);
          default ->
              state
                  .features()
                  .result(new ModernExchange(state.tasks(), request, outlet, cancellation));
        };
    if (!result.has("resultType")) {
      result.put("resultType", "complete");
    }
    if (CACHEABLE.contains(method)) {
      result.put("ttlMs", 0).put("cacheScope", "private");
    }
    return signed(result);
  }

  /** The result with the server's name. */
  static ObjectNode signed(ObjectNode result) {
    result
        .withObjectProperty("_meta")
        .set("io.modelcontextprotocol/serverInfo", Capabilities.serverInfo());
    return result;
  }

  private ObjectNode discover() {
    ObjectNode result = Json.object();
    ArrayNode versions = result.putArray("supportedVersions");
    supportedVersions().forEach(versions::add);
    ObjectNode capabilities = Capabilities.features();
    capabilities.putObject("extensions").putObject(Tasks.EXTENSION);
    result.set("capabilities", capabilities);
    return result.put("instructions", "A server for tests.");
  }

  private List<String> supportedVersions() {
    List<String> versions = new ArrayList<>(List.of(Era.MODERN_VERSION));
    if (state.options().era().legacy()) {
      versions.addAll(Era.LEGACY_VERSIONS);
    }
    return versions;
  }

  /** Fails unless {@code _meta} says what every request must say. */
  void checkMeta(Incoming message) throws McpException {
    JsonNode version = message.protocolMeta("protocolVersion");
    if (!version.isTextual()) {
      throw missing("protocolVersion");
    }
    if (!message.protocolMeta("clientCapabilities").isObject()) {
      throw missing("clientCapabilities");
    }
  }

  /** Fails unless the request's version is the modern one. */
  void checkVersion(Incoming message) throws McpException {
    String version = message.protocolMeta("protocolVersion").asText();
    if (!version.equals(Era.MODERN_VERSION)) {
      throw McpException.unsupportedVersion(version, supportedVersions());
    }
  }

  private McpException missing(String member) {
    // The versions are for legacy clients: their users may see nothing but this message.
    ObjectNode data = Json.object();
    supportedVersions().forEach(data.putArray("supported")::add);
    return McpException.missingMeta(
        "_meta[\"io.modelcontextprotocol/"
            + member
            + "\"] is required; supported versions: "
            + String.join(", ", supportedVersions()),
        data);
  }
}
