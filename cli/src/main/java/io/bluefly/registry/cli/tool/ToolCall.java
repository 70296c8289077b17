package io.bluefly.registry.cli.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.cli.http.Answer;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.cli.http.RegistryAddress;
import io.bluefly.registry.cli.http.RegistryClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * A tools/call of MCP 2026-07-28 through the registry.
 *
 * @param version of this client, which servers are told
 */
public record ToolCall(RegistryClient client, String version) {
  static final String VERSION = "2026-07-28";
  static final String METHOD = "tools/call";

  private static final String META = "io.modelcontextprotocol/";
  private static final int ID = 1;

  /**
   * Calls {@code tool} and waits for its end.
   *
   * @param deadline for all of it
   */
  public Outcome call(String connectionId, Tool tool, ObjectNode arguments, Duration deadline) {
    return client.post(
        "/connections/" + RegistryAddress.encoded(connectionId) + "/mcp",
        body(tool, arguments),
        CallHeaders.of(tool, arguments),
        deadline,
        this::read);
  }

  private ObjectNode body(Tool tool, ObjectNode arguments) {
    ObjectNode body = Json.object().put("jsonrpc", "2.0").put("id", ID).put("method", METHOD);
    ObjectNode params = body.putObject("params").put("name", tool.name());
    params.set("arguments", arguments);
    ObjectNode meta = params.putObject("_meta").put(META + "protocolVersion", VERSION);
    meta.putObject(META + "clientCapabilities");
    meta.putObject(META + "clientInfo").put("name", "mcp-registry-cli").put("version", version);
    return body;
  }

  private Outcome read(HttpResponse<InputStream> response) throws IOException {
    String type = response.headers().firstValue("content-type").orElse("");
    return type.startsWith("text/event-stream") ? stream(response.body()) : single(response);
  }

  private static Outcome stream(InputStream body) throws IOException {
    return Outcome.of(SseMessages.first(new InputStreamReader(body, UTF_8), ToolCall::isResponse));
  }

  /** JSON-RPC, whatever the HTTP status; or the problem of a registry that did not pass it on. */
  private Outcome single(HttpResponse<InputStream> response) throws IOException {
    JsonNode json = client.json(response);
    return Outcome.of(
        json.has("jsonrpc") ? json : new Answer(response.statusCode(), json).orThrow());
  }

  private static boolean isResponse(JsonNode message) {
    return message.has("result") || message.has("error");
  }
}
