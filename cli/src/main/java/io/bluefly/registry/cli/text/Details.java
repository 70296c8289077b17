package io.bluefly.registry.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A connection in full, for people. */
public final class Details {
  private static final int DESCRIPTION = 72;
  private static final int LABEL = 11;

  private final JsonNode connection;
  private final StringBuilder text = new StringBuilder();

  private Details(JsonNode connection) {
    this.connection = connection;
  }

  /** The text for {@code connection}, many lines. */
  public static String of(JsonNode connection) {
    Details details = new Details(connection);
    details.head();
    details.health();
    details.line("endpoint", EndpointText.of(connection.path("endpoint")));
    details.metrics();
    connection.path("upstream").forEach(details::instance);
    details.capabilities();
    return details.text.toString();
  }

  private void line(String label, String value) {
    String shown = Plain.line(value);
    if (!shown.isEmpty()) {
      text.append("  ")
          .append(label)
          .repeat(' ', LABEL - label.length())
          .append(shown)
          .append('\n');
    }
  }

  private void head() {
    text.append(Plain.line(string("name"))).append("  ").append(string("id")).append('\n');
    line("status", string("status"));
    line("type", string("type") + ", " + string("protocol"));
    line(
        "pool",
        "%s, capacity %s, weight %s"
            .formatted(string("pool"), string("capacity"), string("weight")));
  }

  private String string(String field) {
    return connection.path(field).asText();
  }

  private void health() {
    JsonNode health = connection.path("health");
    line(
        "health",
        "%s, up %s, last check %s, %s of %s failed"
            .formatted(
                health.path("status").asText(),
                Units.uptime(health.path("uptime").asLong()),
                health.path("lastCheck").asText("never"),
                health.path("failedChecks").asText("0"),
                Units.count(health.path("checksPerformed").asLong(), "check")));
    line("", health.path("message").asText());
  }

  private boolean isHealthy() {
    return connection.path("health").path("status").asText().equals("healthy");
  }

  private void metrics() {
    JsonNode metrics = connection.path("metrics");
    line(
        "metrics",
        "%s, %s per minute, %s now, %s on average, %s at p95, %s failed"
            .formatted(
                Units.count(metrics.path("totalRequests").asLong(), "request"),
                metrics.path("requestsPerMinute").asText("0"),
                metrics.path("activeConnections").asText("0"),
                Units.latency(metrics.path("averageLatency").asDouble()),
                Units.latency(metrics.path("p95Latency").asDouble()),
                Units.percent(metrics.path("errorRate").asDouble())));
  }

  private void instance(JsonNode instance) {
    List<String> parts =
        Stream.of(
                instance.path("state").asText(),
                part("pid ", instance.path("pid")),
                server(instance.path("server")),
                part("since ", instance.path("openedAt")),
                part("next attempt ", instance.path("nextAttemptAt")),
                Units.count(instance.path("restarts").asLong(), "restart"))
            .filter(part -> !part.isEmpty())
            .toList();
    line("instance", String.join(", ", parts));
    failure(instance.path("lastFailure"));
    if (!isHealthy()) {
      instance.path("stderr").forEach(row -> line("stderr", row.asText()));
    }
  }

  private void failure(JsonNode failure) {
    if (failure.isObject()) {
      line(
          "",
          "last failure %s (%s): %s"
              .formatted(
                  failure.path("at").asText(),
                  failure.path("reason").asText(),
                  failure.path("message").asText()));
    }
  }

  private static String part(String label, JsonNode value) {
    return value.isValueNode() && !value.isNull() ? label + value.asText() : "";
  }

  private static String server(JsonNode server) {
    return server.isObject()
        ? "%s %s (MCP %s)"
            .formatted(
                server.path("name").asText(),
                server.path("version").asText(),
                server.path("protocolVersion").asText())
        : "";
  }

  private void capabilities() {
    line("offers", Tables.capabilityCounts(connection));
    Table table = new Table("NAME", "KIND", "VERIFIED", "DESCRIPTION");
    for (JsonNode capability : connection.path("capabilities")) {
      table.row(
          capability.path("name").asText(),
          capability.path("kind").asText(),
          capability.path("verified").asBoolean() ? "yes" : "no",
          Plain.firstLine(capability.path("description").asText(), DESCRIPTION));
    }
    if (!table.isEmpty()) {
      text.append('\n')
          .append(table.render().lines().collect(Collectors.joining("\n  ", "  ", "\n")));
    }
  }
}
