package io.bluefly.registry.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of {@code list} and {@code discover}, and the line of {@code add}. */
public final class Tables {
  private Tables() {}

  /** The connections of a list, one a line. */
  public static Table connections(JsonNode connections) {
    Table table =
        new Table(
            "NAME", "STATUS", "HEALTH", "PROTOCOL", "CAPABILITIES", "REQ/MIN", "LATENCY", "ID");
    for (JsonNode connection : connections) {
      JsonNode metrics = connection.path("metrics");
      table.row(
          connection.path("name").asText(),
          connection.path("status").asText(),
          connection.path("health").path("status").asText(),
          connection.path("protocol").asText(),
          Integer.toString(connection.path("capabilities").size()),
          metrics.path("requestsPerMinute").asText("0"),
          Units.latency(metrics.path("averageLatency").asDouble()),
          connection.path("id").asText());
    }
    return table;
  }

  /** What discovery found, the best first. */
  public static Table discovered(JsonNode connections) {
    Table table = new Table("NAME", "LOAD", "HEALTH", "UPTIME", "ID");
    for (JsonNode connection : connections) {
      JsonNode health = connection.path("health");
      table.row(
          connection.path("name").asText(),
          Units.percent(connection.path("load").asDouble()),
          health.path("status").asText(),
          Units.uptime(health.path("uptime").asLong()),
          connection.path("id").asText());
    }
    return table;
  }

  /** How many capabilities of each kind a connection in full has. */
  public static String capabilityCounts(JsonNode connection) {
    List<String> kinds =
        connection.path("capabilities").valueStream().map(c -> c.path("kind").asText()).toList();
    return Stream.of("tool", "prompt", "resource")
        .map(kind -> Units.count(kinds.stream().filter(kind::equals).count(), kind))
        .collect(Collectors.joining(", "));
  }
}
