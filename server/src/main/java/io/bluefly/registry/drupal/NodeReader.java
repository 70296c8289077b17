package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.security.Secrets;
import java.util.Set;

/** What the fields of a node say of a connection, as the API's JSON. */
final class NodeReader {
  private static final String ENDPOINT = "endpoint";

  private NodeReader() {}

  /** The registration of a node. */
  static ObjectNode registration(Node node) throws ItemException {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", node.text(Node.TITLE));
    json.put("type", node.text(Node.TYPE));
    json.put("protocol", node.text(Node.PROTOCOL));
    put(json, ENDPOINT, object(node, SyncField.ENDPOINT));
    put(json, "capabilities", SyncField.CAPABILITIES.remote(node));
    put(json, "metadata", object(node, SyncField.METADATA));
    put(json, "healthCheck", object(node, SyncField.HEALTH_CHECK));
    return json;
  }

  private static void put(ObjectNode json, String member, JsonNode value) {
    if (!value.isNull()) {
      json.set(member, value);
    }
  }

  private static JsonNode object(Node node, SyncField field) throws ItemException {
    JsonNode value = field.remote(node);
    JsonNode json = field == SyncField.ENDPOINT ? value.path(ENDPOINT) : value;
    if (!json.isNull() && !json.isObject()) {
      throw new ItemException(
          SyncError.Reason.INVALID,
          field.attribute(),
          field.attribute() + " is no JSON object: write it as {\"…\": …}, or leave it empty");
    }
    return json;
  }

  /**
   * The merge patch that gives a registration these fields of a node. What a secret's mask stands
   * for stays as it is.
   */
  static ObjectNode patch(Registration before, Node node, Set<SyncField> fields)
      throws ItemException {
    ObjectNode was = RegistrationJson.write(before);
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    for (SyncField field : fields) {
      switch (field) {
        case NAME -> patch.put("name", node.text(Node.TITLE));
        case ENDPOINT -> {
          patch.put("type", node.text(Node.TYPE));
          patch.put("protocol", node.text(Node.PROTOCOL));
          JsonNode now = object(node, field);
          patch.set(ENDPOINT, replacing(was.path(ENDPOINT), unmasked(before, was, now)));
        }
        case CAPABILITIES -> patch.set("capabilities", SyncField.CAPABILITIES.remote(node));
        case METADATA ->
            patch.set("metadata", replacing(was.path("metadata"), object(node, field)));
        case HEALTH_CHECK ->
            patch.set("healthCheck", replacing(was.path("healthCheck"), object(node, field)));
      }
    }
    return patch;
  }

  /**
   * The merge patch that makes {@code now} of {@code was}; where it has the mask, it keeps that.
   */
  private static JsonNode replacing(JsonNode was, JsonNode now) {
    if (!was.isObject() || !now.isObject()) {
      return now;
    }
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    was.fieldNames().forEachRemaining(name -> patch.set(name, NullNode.instance));
    now.properties()
        .forEach(member -> {
          JsonNode before = was.path(member.getKey());
          if (isMask(member.getValue()) && before.isTextual()) {
            patch.remove(member.getKey());
          } else {
            patch.set(member.getKey(), replacing(before, member.getValue()));
          }
        });
    return patch;
  }

  private static boolean isMask(JsonNode value) {
    return value.isTextual() && value.textValue().equals(Secrets.MASK);
  }

  /** Of an address and of arguments that are as they were shown, those that are meant. */
  private static JsonNode unmasked(Registration before, ObjectNode was, JsonNode now) {
    if (!now.isObject() || before.endpoint() == null) {
      return now;
    }
    ObjectNode shown = RegistrationJson.shown(before.endpoint());
    ObjectNode meant = now.deepCopy();
    JsonNode endpoint = was.path(ENDPOINT);
    if (now.path("url").equals(shown.path("url")) && endpoint.has("url")) {
      meant.set("url", endpoint.get("url"));
    }
    if (now.path("command").equals(shown.path("command")) && now.path("args").isArray()) {
      meant.set("args", arguments(endpoint.path("args"), shown.path("args"), now.path("args")));
    }
    return meant;
  }

  private static ArrayNode arguments(JsonNode was, JsonNode shown, JsonNode now) {
    ArrayNode meant = JsonNodeFactory.instance.arrayNode();
    for (int i = 0; i < now.size(); i++) {
      meant.add(now.get(i).equals(shown.path(i)) ? was.get(i) : now.get(i));
    }
    return meant;
  }
}
