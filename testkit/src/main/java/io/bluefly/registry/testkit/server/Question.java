package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Something the server wants to know from the client.
 *
 * @param key its name among the questions of one call
 * @param method {@code sampling/createMessage}, {@code elicitation/create} or {@code roots/list}
 */
record Question(String key, String method, ObjectNode params) {
  private static final String SAMPLING = "sampling/createMessage";
  private static final String ELICITATION = "elicitation/create";
  private static final String ROOTS = "roots/list";

  static Question sampling(String key, String prompt, int maxTokens) {
    ObjectNode params = Json.object();
    ObjectNode message = params.putArray("messages").addObject().put("role", "user");
    message.putObject("content").put("type", "text").put("text", prompt);
    return new Question(key, SAMPLING, params.put("maxTokens", maxTokens));
  }

  static Question form(String key, String message, ObjectNode schema) {
    ObjectNode params = Json.object().put("message", message);
    params.set("requestedSchema", schema);
    return new Question(key, ELICITATION, params);
  }

  /** A form of one member. */
  static Question form(String key, String message, String member, String type) {
    ObjectNode schema = Json.object().put("type", "object");
    schema.putObject("properties").putObject(member).put("type", type);
    schema.putArray("required").add(member);
    return form(key, message, schema);
  }

  static Question url(String key, String message, String url, String elicitationId) {
    return new Question(
        key,
        ELICITATION,
        Json.object()
            .put("mode", "url")
            .put("message", message)
            .put("url", url)
            .put("elicitationId", elicitationId));
  }

  static Question roots(String key) {
    return new Question(key, ROOTS, Json.object());
  }

  /** As a modern client gets it, inside a result. */
  ObjectNode spoken() {
    ObjectNode withoutId = params.deepCopy();
    withoutId.remove("elicitationId"); // Gone in 2026-07-28.
    ObjectNode spoken = Json.object().put("method", method);
    spoken.set("params", withoutId);
    return spoken;
  }

  /** What the client must have declared. */
  ObjectNode capability() {
    ObjectNode needed = Json.object();
    ObjectNode feature = needed.putObject(method.substring(0, method.indexOf('/')));
    if (isUrl()) {
      feature.putObject("url");
    }
    return needed;
  }

  boolean isUrl() {
    return params.path("mode").asText().equals("url");
  }

  /** Whether a client with these capabilities can be asked. */
  boolean suits(JsonNode capabilities) {
    JsonNode declared = capabilities.path(method.substring(0, method.indexOf('/')));
    return declared.isObject() && (!isUrl() || declared.has("url"));
  }
}
