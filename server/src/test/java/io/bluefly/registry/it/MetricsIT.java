package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.testkit.Checkout;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figures of pools and of the registry, over time, over a restart, and for Prometheus. */
class MetricsIT {
  private static final Map<String, String> OFTEN =
      Map.of("MCP_REGISTRY_METRICS_SAVE_INTERVAL", "200ms", "MCP_REGISTRY_METRICS_MAX_POOLS", "3");

  /** The connection id of the registry's own row. */
  private static final String WHOLE_REGISTRY = "";

  @TempDir static Path shared;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(shared, OFTEN);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  /** A server that nobody can reach, so that its calls are those that are reported. */
  private static String server(RegistryProcess registry, String name, String pool)
      throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "server", "protocol": "http", "pool": "%s",
         "endpoint": {"url": "http://127.0.0.1:1/"}}
        """
            .formatted(name, pool));
  }

  private static void report(RegistryProcess registry, String id, int requests, int errors, int ms)
      throws Exception {
    registry.post(
        "/connections/" + id + "/usage",
        "{\"reporter\":\"x\",\"inFlight\":0,\"requests\":%d,\"errors\":%d,\"latencies\":[%d]}"
            .formatted(requests, errors, ms),
        200);
  }

  private static JsonNode metrics(RegistryProcess registry, String id) throws Exception {
    return registry.connection(id).get("metrics");
  }

  private static PrometheusText page(RegistryProcess registry) throws Exception {
    Answer answer = registry.send("GET", "/metrics", "");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("content-type")).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
    return PrometheusText.parse(answer.raw().body());
  }

  @Test
  void totalsSurviveAKillAndAStop(@TempDir Path folder) throws Exception {
    String id;
    TinyServer called;
    try (RegistryProcess first = RegistryProcess.start(folder, OFTEN)) {
      id = server(first, "reported", "p");
      called = TinyServer.register(first, "called", "");
      Eventually.healthy(first, called.id());
      for (int i = 0; i < 3; i++) {
        called.call("pid");
      }
      report(first, id, 200, 20, 50);
      // A store that is saved every 200 ms has it soon; how it looks from outside is a later start.
      Eventually.until(() ->
          savedRequests(folder, id) == 200
              && savedRequests(folder, called.id()) == 3
              && savedRequests(folder, WHOLE_REGISTRY) == 203);
      first.kill();
    }
    try (RegistryProcess second = RegistryProcess.start(folder)) {
      // They are read while it already serves.
      Eventually.until(() ->
          metrics(second, id).get("totalRequests").asInt() == 200
              && metrics(second, called.id()).get("totalRequests").asInt() == 3
              && second.get("/registry/stats").at("/performance/errorRate").asDouble() > 0);
      JsonNode metrics = metrics(second, id);
      assertThat(metrics.get("errorRate").asDouble()).isEqualTo(0.1);
      assertThat(metrics.get("averageLatency").asDouble()).isEqualTo(50);
      assertThat(metrics.get("p95Latency").asDouble()).isBetween(49.5, 50.5);
      assertThat(metrics.get("requestsPerMinute").asInt()).isZero();
      assertThat(second.connection(id).has("lastActiveAt")).isTrue();
      assertThat(metrics(second, called.id()).get("totalRequests").asInt()).isEqualTo(3);
      assertThat(capability(second, "pid").get("totalRequests").asInt()).isEqualTo(3);
      assertThat(second.get("/registry/stats").at("/performance/errorRate").asDouble())
          .isEqualTo(0.0985);
      assertThat(page(second).samples("mcp_registry_calls_total"))
          .as("counters begin anew, else Prometheus sees a jump")
          .isEmpty();
      report(second, id, 1, 0, 50); // Saved every 10 s: only the stop can have written it.
    }
    try (RegistryProcess third = RegistryProcess.start(folder)) {
      Eventually.until(() -> metrics(third, id).get("totalRequests").asInt() == 201);
      assertThat(third.get("/registry/metrics").at("/points").size()).isPositive();
      int sum = 0;
      for (JsonNode point : third.get("/registry/metrics?pool=p").get("points")) {
        sum += point.get("requests").asInt();
      }
      assertThat(sum).as("the minute that the stop ended; not the one of the kill").isIn(1, 201);
    }
  }

  private static long savedRequests(Path folder, String id) throws Exception {
    try (var connection =
            java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        var statement =
            connection.prepareStatement(
                "SELECT requests FROM call_totals WHERE connection_id = ? AND capability = ''")) {
      statement.setString(1, id);
      try (var row = statement.executeQuery()) {
        return row.next() ? row.getLong(1) : 0;
      }
    }
  }

  private static JsonNode capability(RegistryProcess registry, String name) throws Exception {
    for (JsonNode capability : registry.get("/capabilities").get("capabilities")) {
      if (capability.get("name").asText().equals(name)) {
        return capability;
      }
    }
    throw new AssertionError("no capability " + name);
  }

  @Test
  void poolsShowWhatTheirConnectionsServed() throws Exception {
    String a = server(registry, "figures-a", "figures");
    String b = server(registry, "figures-b", "figures");
    report(registry, a, 19, 2, 10);
    report(registry, b, 1, 0, 1_010);
    JsonNode metrics = registry.get("/pools/figures").get("metrics");
    assertThat(metrics.get("totalRequests").asInt()).isEqualTo(20);
    assertThat(metrics.get("averageLatency").asDouble()).isEqualTo(60);
    assertThat(metrics.get("p95Latency").asDouble()).isBetween(9.9, 10.1);
    assertThat(metrics.get("errorRate").asDouble()).isEqualTo(0.1);
    assertThat(metrics.get("requestsPerMinute").asInt()).isEqualTo(20);
    assertThat(metrics.get("activeRequests").asInt()).isZero();
    for (JsonNode pool : registry.get("/pools").get("pools")) {
      if (pool.get("name").asText().equals("figures")) {
        assertThat(pool.at("/metrics/totalRequests").asInt()).isEqualTo(20);
        assertThat(pool.at("/metrics").has("p95Latency")).isFalse();
      }
    }
  }

  @Test
  void theHistoryAnswersForThePoolsThatThereAre() throws Exception {
    server(registry, "silent", "silent");
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    JsonNode history =
        registry.get(
            "/registry/metrics?from="
                + now.minusSeconds(600)
                + "&to="
                + now
                + "&step=300&pool=silent");
    assertThat(history.toString())
        .isEqualTo(
            "{\"from\":\"%s\",\"to\":\"%s\",\"step\":300,\"pool\":\"silent\",\"points\":[]}"
                .formatted(now.minusSeconds(600), now));
    assertThat(registry.get("/registry/metrics").has("pool")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z|400|query/from|must be before 'to'",
        "from=2026-01-01T00:00:00Z&to=2026-01-01T00:00:00Z|400|query/from|must be before 'to'",
        "from=yesterday|400|query/from|2026-01-15T10:00:00Z",
        "to=2026-01-15|400|query/to|2026-01-15T10:00:00Z",
        "step=30|400|query/step|60",
        "step=90|400|query/step|multiple of 60",
        "step=x|400|query/step|integer",
        "pool=nobodys|404||GET /pools"
      })
  void aWrongQuestionIsToldWhatIsWrong(String query, int status, String field, String message)
      throws Exception {
    Answer answer = registry.send("GET", "/registry/metrics?" + query, "");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body().get("detail").asText()).contains(message);
    if (field != null) {
      assertThat(answer.body().at("/violations/0/field").asText()).isEqualTo(field);
    }
  }

  @Test
  void prometheusCanReadAllOfIt() throws Exception {
    Path folder = java.nio.file.Files.createTempDirectory(shared, "own");
    try (RegistryProcess own = RegistryProcess.start(folder, OFTEN)) {
      TinyServer server = TinyServer.register(own, "tiny", "");
      Eventually.healthy(own, server.id());
      server.call("pid");
      report(own, server.id(), 9, 2, 700);
      for (String pool : List.of("one", "two", "three", "four")) {
        report(own, server(own, pool, pool), 1, 1, 3);
      }
      PrometheusText page = page(own);
      assertThat(page.value("mcp_registry_calls_total", "pool", "tiny")).isEqualTo(10);
      assertThat(page.value("mcp_registry_call_errors_total", "pool", "tiny")).isEqualTo(2);
      assertThat(page.value("mcp_registry_call_errors_total", "pool", "other")).isEqualTo(2);
      assertThat(page.samples("mcp_registry_calls_total")).as("no label without end").hasSize(4);
      assertThat(page.value("mcp_registry_call_duration_seconds_count", "pool", "tiny"))
          .isEqualTo(10);
      assertThat(page.value("mcp_registry_call_duration_seconds_sum", "pool", "tiny"))
          .isBetween(6.3, 16.3);
      assertThat(
              page.samples("mcp_registry_call_duration_seconds_bucket").stream()
                  .filter(s -> "tiny".equals(s.labels().get("pool")))
                  .filter(s -> "1.0".equals(s.labels().get("le")))
                  .findFirst()
                  .orElseThrow()
                  .value())
          .isGreaterThanOrEqualTo(9);
      assertThat(page.value("mcp_registry_connections_health", "health", "healthy")).isEqualTo(1);
      assertThat(page.samples("mcp_registry_connections")).hasSize(4);
      assertThat(page.value("mcp_registry_child_processes")).isEqualTo(1);
      assertThat(page.value("mcp_registry_pool_capacity", "pool", "tiny")).isEqualTo(20);
      assertThat(page.value("process_cpu_seconds_total")).isPositive();
      assertThat(page.value("jvm_memory_used_bytes", "area", "heap")).isPositive();
      assertThat(own.send(own.request("/metrics").GET()).status())
          .as("it needs the key")
          .isEqualTo(401);
    }
  }

  @Test
  void theDashboardAsksOnlyForWhatThereIs() throws Exception {
    report(registry, server(registry, "shown", "shown"), 1, 0, 5);
    Set<String> names = page(registry).names();
    JsonNode dashboard =
        new JsonMapper()
            .readTree(Checkout.find("docs/grafana/mcp-registry.json").orElseThrow().toFile());
    List<String> asked = new ArrayList<>();
    List<JsonNode> expressions = dashboard.findValues("expr");
    expressions.addAll(dashboard.findValues("definition"));
    for (JsonNode expression : expressions) {
      Pattern.compile("\\b(mcp_registry|jvm|process)_\\w+")
          .matcher(expression.asText())
          .results()
          .forEach(name -> asked.add(name.group()));
    }
    assertThat(asked).hasSizeGreaterThan(10);
    assertThat(names).containsAll(asked);
  }
}
