package io.bluefly.registry.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.io.IOException;
import java.net.http.HttpRequest;

/**
 * Modern requests by hand, where a test needs what no client library would send.
 *
 * @param path the address below the registry, such as {@code /pools/p/mcp}
 * @param capabilities what the client declares, a JSON object
 */
record ModernHttp(RegistryProcess registry, String path, String capabilities) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VERSION = "2026-07-28";

  /** Declares nothing. */
  static ModernHttp at(RegistryProcess registry, String path) {
    return new ModernHttp(registry, path, "{}");
  }

  ModernHttp declaring(String declared) {
    return new ModernHttp(registry, path, declared.replace('\'', '"'));
  }

  /** Sends a request whose params, a JSON object with single quotes, get their {@code _meta}. */
  HttpRequest.Builder request(String method, String params) throws IOException {
    ObjectNode all = (ObjectNode) JSON.readTree(params.replace('\'', '"'));
    ObjectNode meta = all.putObject("_meta");
    meta.put("io.modelcontextprotocol/protocolVersion", VERSION);
    meta.set("io.modelcontextprotocol/clientCapabilities", JSON.readTree(capabilities));
    ObjectNode message = JSON.createObjectNode().put("jsonrpc", "2.0").put("id", 1);
    message.put("method", method).set("params", all);
    HttpRequest.Builder request =
        registry
            .request(path)
            .header("Authorization", "Bearer " + registry.key())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", VERSION)
            .header("Mcp-Method", method)
            .POST(HttpRequest.BodyPublishers.ofString(message.toString()));
    String member = method.startsWith("tasks/") ? "taskId" : all.has("uri") ? "uri" : "name";
    return all.has(member) ? request.header("Mcp-Name", all.get(member).asText()) : request;
  }

  /** Sends it and returns the HTTP status and the response, wherever in the stream it came. */
  Response send(String method, String params) throws IOException, InterruptedException {
    Answer answer = registry.send(request(method, params));
    if (!answer.header("content-type").startsWith("text/event-stream")) {
      return new Response(answer.status(), answer.body());
    }
    for (String line : answer.raw().body().lines().toList()) {
      JsonNode message = line.startsWith("data:") ? JSON.readTree(line.substring(5)) : null;
      if (message != null && message.has("id") && !message.has("method")) {
        return new Response(answer.status(), message);
      }
    }
    throw new AssertionError("no response in the stream: " + answer.raw().body());
  }

  /** The result; fails on an error. */
  JsonNode result(String method, String params) throws IOException, InterruptedException {
    Response response = send(method, params);
    if (!response.message().has("result")) {
      throw new AssertionError("no result: " + response);
    }
    return response.message().get("result");
  }

  /** The HTTP status and the JSON-RPC response. */
  record Response(int status, JsonNode message) {
    int code() {
      return message.at("/error/code").asInt();
    }

    String error() {
      return message.at("/error/message").asText();
    }
  }
}
