package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.security.Secrets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
          field.attribute()
              + " is no JSON object that can be read: write it as {\"…\": …}, each member once, or"
              + " leave it empty");
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
          patch.set(ENDPOINT, endpoint(before.endpoint(), was.path(ENDPOINT), now));
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

  /** The merge patch that makes {@code now} of {@code was}. */
  private static JsonNode replacing(JsonNode was, JsonNode now) {
    if (!was.isObject() || !now.isObject()) {
      return now;
    }
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    was.fieldNames().forEachRemaining(name -> patch.set(name, NullNode.instance));
    now.properties()
        .forEach(member ->
            patch.set(member.getKey(), replacing(was.path(member.getKey()), member.getValue())));
    return patch;
  }

  /**
   * The merge patch of an endpoint. A command's secrets stay only with all of the command,
   * arguments included: another one would get to know them. Elsewhere a mask that is left is
   * refused.
   */
  private static JsonNode endpoint(@Nullable Endpoint before, JsonNode was, JsonNode now) {
    if (before == null || !now.isObject()) {
      return replacing(was, now);
    }
    JsonNode shown = RegistrationJson.shown(before);
    ObjectNode meant = now.deepCopy();
    restore(meant, "url", shown, was);
    boolean sameCommand =
        now.path("command").equals(shown.path("command"))
            && now.path("args").equals(shown.path("args"));
    if (sameCommand) {
      restore(meant, "args", shown, was);
    }
    JsonNode patch = replacing(was, meant);
    if (sameCommand || !shown.has("command")) {
      keepMasked(patch, was);
    }
    return patch;
  }

  /** What is as it was shown is meant as it was. */
  private static void restore(ObjectNode meant, String member, JsonNode shown, JsonNode was) {
    if (was.has(member) && meant.path(member).equals(shown.path(member))) {
      meant.set(member, was.get(member));
    }
  }

  /** What has the mask in the patch stays as it was. */
  private static void keepMasked(JsonNode patch, JsonNode was) {
    List<String> masked = new ArrayList<>();
    for (var member : patch.properties()) {
      JsonNode before = was.path(member.getKey());
      if (isMask(member.getValue()) && before.isTextual()) {
        masked.add(member.getKey());
      } else if (before.isObject()) {
        keepMasked(member.getValue(), before);
      }
    }
    if (patch instanceof ObjectNode object) {
      object.remove(masked);
    }
  }

  private static boolean isMask(JsonNode value) {
    return value.isTextual() && value.textValue().equals(Secrets.MASK);
  }
}
