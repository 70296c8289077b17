package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.drupal.Kind.Choice;
import io.bluefly.registry.testkit.drupal.Kind.Flag;
import io.bluefly.registry.testkit.drupal.Kind.Moment;
import io.bluefly.registry.testkit.drupal.Kind.Text;
import io.bluefly.registry.testkit.drupal.Kind.Whole;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The content type {@code mcp_connection}: its fields, in the order in which JSON:API shows them.
 */
final class ContentType {
  static final String NAME = "mcp_connection";
  static final String TYPE = "node--" + NAME;
  static final String TITLE = "title";

  static final List<Field> FIELDS =
      List.of(
          new Field(TITLE, "Title", true, false, new Text(255)),
          new Field("field_mcp_capabilities", "field_mcp_capabilities", false, true, new Text(255)),
          Field.optional("field_mcp_capability_details", Text.LONG),
          Field.required("field_mcp_connection_id", new Text(128)),
          Field.optional("field_mcp_deleted", new Flag()),
          Field.optional("field_mcp_endpoint", Text.LONG),
          Field.optional("field_mcp_hash", new Text(64)),
          Field.optional("field_mcp_health_check", Text.LONG),
          Field.optional("field_mcp_metadata", Text.LONG),
          Field.required("field_mcp_protocol", Choice.of("stdio", "http", "websocket")),
          Field.optional("field_mcp_registry", new Text(128)),
          Field.optional("field_mcp_revision", new Whole()),
          Field.required("field_mcp_status", Choice.of("active", "idle", "disconnected", "error")),
          Field.required("field_mcp_type", Choice.of("server", "client")),
          Field.optional("field_mcp_updated", new Moment()));

  /** What every node has beside them, as JSON:API calls it. */
  private static final Set<String> BASE =
      Set.of(
          "drupal_internal__nid",
          "drupal_internal__vid",
          "langcode",
          "revision_timestamp",
          "revision_log",
          "status",
          "created",
          "changed",
          "promote",
          "sticky",
          "default_langcode",
          "revision_translation_affected");

  private static final Set<String> RELATIONSHIPS = Set.of("node_type", "revision_uid", "uid");

  private ContentType() {}

  static Optional<Field> field(String name) {
    return FIELDS.stream().filter(field -> field.name().equals(name)).findFirst();
  }

  static boolean has(String attribute) {
    return BASE.contains(attribute) || field(attribute).isPresent();
  }

  static boolean relates(String name) {
    return RELATIONSHIPS.contains(name);
  }

  /** All fields of a node that has nothing yet, with these values. */
  static Map<String, JsonNode> filled(Map<String, JsonNode> values) {
    Map<String, JsonNode> all = new LinkedHashMap<>();
    FIELDS.forEach(field -> all.put(field.name(), field.empty()));
    all.putAll(values);
    return all;
  }
}
