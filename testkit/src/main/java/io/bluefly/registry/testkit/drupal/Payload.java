package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The resource object that a client sends.
 *
 * @param id as it was sent
 */
record Payload(Optional<String> id, ObjectNode attributes) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Refuses what is no resource object, and attributes that no node has. */
  static Payload read(String body) {
    JsonNode data = parsed(body).path("data");
    if (!data.path("type").isTextual()) {
      throw Refusal.badRequest("Resource object must include a \"type\".");
    }
    return new Payload(
        data.path("id").isMissingNode() ? Optional.empty() : Optional.of(data.path("id").asText()),
        data.path("attributes") instanceof ObjectNode attributes ? attributes : Documents.object());
  }

  private static JsonNode parsed(String body) {
    if (body.isBlank()) {
      throw Refusal.badRequest("Empty request body.");
    }
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw Refusal.badRequest("Syntax error");
    }
  }

  /** The id that the client wants, which must be a UUID. */
  Optional<UUID> wantedId() {
    return id.map(text ->
        Ids.read(text)
            .orElseThrow(() ->
                Refusal.unprocessable(
                    "IDs should be properly generated and formatted UUIDs as described in"
                        + " RFC 4122.")));
  }

  /** The fields that were sent, as they would be stored. */
  Map<String, JsonNode> fields() {
    attributes.fieldNames().forEachRemaining(Payload::checkKnown);
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    for (Field field : ContentType.FIELDS) {
      JsonNode sent = attributes.get(field.name());
      if (sent != null) {
        fields.put(field.name(), field.stored(sent));
      }
    }
    return fields;
  }

  private static void checkKnown(String attribute) {
    if (!ContentType.has(attribute)) {
      throw Refusal.unprocessable(
          "The attribute %s does not exist on the %s resource type."
              .formatted(attribute, ContentType.TYPE));
    }
  }

  /** What is wrong with fields that are as they would be stored. */
  static List<Problem> violations(Map<String, JsonNode> fields) {
    return ContentType.FIELDS.stream()
        .flatMap(field ->
            Optional.ofNullable(fields.get(field.name())).stream()
                .flatMap(value -> field.problems(value).stream()))
        .toList();
  }
}
