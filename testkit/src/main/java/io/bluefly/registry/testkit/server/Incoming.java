package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A message that arrived.
 *
 * @param raw its text, byte for byte
 */
record Incoming(String raw, ObjectNode tree) {
  private static final String META = "io.modelcontextprotocol/";

  /** Fails with -32700 or -32600. */
  static Incoming parse(String raw) throws McpException {
    JsonNode tree;
    try {
      tree = Json.parse(raw);
    } catch (JsonProcessingException e) {
      throw McpException.notJson(e.getOriginalMessage());
    }
    if (!(tree instanceof ObjectNode object)) {
      throw McpException.invalidRequest("one message is expected, an object");
    }
    Incoming message = new Incoming(raw, object);
    message.check();
    return message;
  }

  private void check() throws McpException {
    if (!tree.path("jsonrpc").asText().equals("2.0")) {
      throw McpException.invalidRequest("jsonrpc must be \"2.0\"");
    }
    JsonNode id = tree.get("id");
    if (id != null && !id.isTextual() && !id.isIntegralNumber()) {
      throw McpException.invalidRequest("id must be a string or an integer");
    }
    if (tree.has("method") ? !tree.get("method").isTextual() : !isAnswer()) {
      throw McpException.invalidRequest("neither a request, a notification nor a response");
    }
    if (tree.has("params") && !tree.get("params").isObject()) {
      throw McpException.invalidRequest("params must be an object");
    }
  }

  private boolean isAnswer() {
    return tree.has("id") && (tree.has("result") || tree.has("error"));
  }

  boolean isRequest() {
    return tree.has("method") && tree.has("id");
  }

  boolean isNotification() {
    return tree.has("method") && !tree.has("id");
  }

  boolean isResponse() {
    return !tree.has("method");
  }

  /** Null in a notification. */
  @Nullable JsonNode id() {
    return tree.get("id");
  }

  /** Empty in a response. */
  String method() {
    return tree.path("method").asText();
  }

  ObjectNode params() {
    return tree.get("params") instanceof ObjectNode params ? params : Json.object();
  }

  JsonNode meta() {
    return params().path("_meta");
  }

  /** A member of {@code _meta} that the protocol itself defines; missing without one. */
  JsonNode protocolMeta(String name) {
    return meta().path(META + name);
  }

  boolean isModern() {
    return protocolMeta("protocolVersion").isTextual();
  }
}
