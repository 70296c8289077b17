package io.bluefly.registry.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Collectors;

/** Pools for people: all in a table, or one in full. */
public final class PoolText {
  private static final int LABEL = 11;

  private PoolText() {}

  /** The pools of a list, one a line. */
  public static Table table(JsonNode pools) {
    Table table = new Table("NAME", "STRATEGY", "CONNECTIONS", "ACTIVE", "HEALTHY", "CAPABILITIES");
    for (JsonNode pool : pools) {
      table.row(
          pool.path("name").asText(),
          pool.path("strategy").asText(),
          pool.path("connections").asText(),
          pool.path("active").asText(),
          pool.path("healthy").asText(),
          pool.path("capabilities").asText());
    }
    return table;
  }

  /** The text for {@code pool}, many lines. */
  public static String of(JsonNode pool) {
    JsonNode settings = pool.path("settings");
    String argument = settings.path("argument").asText();
    String order =
        settings
            .path("order")
            .valueStream()
            .map(JsonNode::asText)
            .collect(Collectors.joining(", "));
    String head =
        Plain.line(pool.path("name").asText())
            + "\n"
            + line("strategy", pool.path("strategy").asText())
            + line("order", order)
            + line("sticky by", settings.path("stickyBy").asText())
            + line("argument", argument)
            + line("hedging", hedging(settings.path("hedgeAfter")));
    Table members = members(pool.path("connections"));
    return members.isEmpty() ? head : head + "\n" + members.render().indent(2);
  }

  private static String line(String label, String value) {
    return value.isEmpty()
        ? ""
        : "  " + label + " ".repeat(LABEL - label.length()) + Plain.line(value) + "\n";
  }

  private static String hedging(JsonNode after) {
    return after.isNumber() ? "after " + after.asText() + " ms" : "off";
  }

  private static Table members(JsonNode connections) {
    Table table = new Table("NAME", "STATUS", "HEALTH", "REQUESTS", "CAPACITY", "WEIGHT", "ID");
    for (JsonNode connection : connections) {
      table.row(
          connection.path("name").asText(),
          connection.path("status").asText(),
          connection.path("health").asText(),
          connection.path("activeRequests").asText(),
          connection.path("capacity").asText(),
          connection.path("weight").asText(),
          connection.path("id").asText());
    }
    return table;
  }
}
