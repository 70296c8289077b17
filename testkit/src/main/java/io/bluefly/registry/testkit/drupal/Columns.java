package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.util.List;

/** The values of a node as the database has them, which is what filters and sorting look at. */
final class Columns {
  private Columns() {}

  /** None for a field that is empty, and more than one only for a field of many values. */
  static List<JsonNode> values(Node node, String path) {
    return switch (path) {
      case "id" -> List.of(TextNode.valueOf(node.id().toString()));
      case "drupal_internal__nid" -> List.of(LongNode.valueOf(node.nid()));
      case "drupal_internal__vid" -> List.of(LongNode.valueOf(node.vid()));
      case "created" -> seconds(node.created());
      case "changed" -> seconds(node.changed());
      case "revision_timestamp" -> seconds(node.revised());
      case "status" -> List.of(number(node.published()));
      case "promote", "default_langcode" -> List.of(number(true));
      case "sticky" -> List.of(number(false));
      case "langcode" -> List.of(TextNode.valueOf("en"));
      case "revision_log", "revision_translation_affected" -> List.of();
      default -> field(node, path);
    };
  }

  private static List<JsonNode> field(Node node, String name) {
    JsonNode value = node.field(name);
    if (value.isNull()) {
      return List.of();
    }
    return (value.isArray() ? value.valueStream() : List.of(value).stream())
        .map(single -> column(name, single))
        .toList();
  }

  private static JsonNode column(String name, JsonNode value) {
    if (value.isBoolean()) {
      return number(value.booleanValue());
    }
    return name.equals("field_mcp_updated")
        ? TextNode.valueOf(Times.stored(Times.read(value.textValue())))
        : value;
  }

  private static List<JsonNode> seconds(Instant time) {
    return List.of(LongNode.valueOf(time.getEpochSecond()));
  }

  private static JsonNode number(boolean flag) {
    return IntNode.valueOf(flag ? 1 : 0);
  }

  /** As SQLite compares: without case, and a text that is no number is above every number. */
  static int compare(JsonNode column, String value) {
    if (!column.isNumber()) {
      return column.asText().compareToIgnoreCase(value);
    }
    return value.matches("-?\\d{1,18}")
        ? Long.compare(column.longValue(), Long.parseLong(value))
        : -1;
  }

  /** Sorts as the database does: what is empty comes first. */
  static int compare(Node left, Node right, String path) {
    List<JsonNode> one = values(left, path);
    List<JsonNode> other = values(right, path);
    if (one.isEmpty() || other.isEmpty()) {
      return Boolean.compare(!one.isEmpty(), !other.isEmpty());
    }
    return compare(one.getFirst(), other.getFirst().asText());
  }
}
