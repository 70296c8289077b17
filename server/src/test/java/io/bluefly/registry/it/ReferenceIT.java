package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request of the user's API reference, with the fields that its examples show. */
class ReferenceIT {
  @TempDir static Path folder;
  static RegistryProcess registry;
  static String filesystem;
  static String gitlab;

  @BeforeAll
  static void registerTheReferencesConnections() throws Exception {
    registry =
        RegistryProcess.start(
            folder.resolve("data"),
            Map.of("MCP_REGISTRY_SECRETS", "GITLAB_TOKEN", "GITLAB_TOKEN", "glpat-very-secret"));
    filesystem =
        registry.register(
            """
            {"name": "filesystem-mcp", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "%s"]},
             "capabilities": ["read_file", "write_file", "list_directory"]}
            """
                .formatted(Npm.filesystem(), folder));
    // The reference's request; npm's server takes its token from the environment, not from --token.
    gitlab =
        registry.register(
            """
            {"name": "gitlab-mcp", "type": "server", "protocol": "stdio",
             "endpoint": {
               "command": "%s",
               "args": ["--token", "${GITLAB_TOKEN}"],
               "env": {"GITLAB_PERSONAL_ACCESS_TOKEN": "${GITLAB_TOKEN}"}},
             "capabilities": ["create_issue", "update_issue", "list_projects", "get_file_contents"],
             "metadata": {"version": "1.0.0", "owner": "llm-platform", "environment": "production"},
             "healthCheck": {"enabled": true, "interval": 30, "timeout": 5000}}
            """
                .formatted(Npm.folder().resolve("node_modules/.bin/mcp-server-gitlab")));
    Eventually.healthy(registry, filesystem);
    Eventually.healthy(registry, gitlab);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void listsConnectionsByAllFiltersTogether() throws Exception {
    JsonNode list =
        registry.get("/connections?status=active&type=server&capability=read_file&protocol=stdio");
    JsonNode connection = list.at("/connections/0");
    assertThat(list.get("filtered").asInt()).isEqualTo(1);
    assertThat(list.get("total").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(connection.get("id").asText()).startsWith("mcp-conn-").isEqualTo(filesystem);
    assertThat(connection.get("name").asText()).isEqualTo("filesystem-mcp");
    assertThat(connection.get("type").asText()).isEqualTo("server");
    assertThat(connection.get("protocol").asText()).isEqualTo("stdio");
    assertThat(connection.get("status").asText()).isEqualTo("active");
    assertThat(texts(connection.get("capabilities")))
        .containsExactly("read_file", "write_file", "list_directory");
    assertThat(connection.at("/endpoint/command").asText()).isEqualTo("node");
    assertThat(connection.at("/endpoint/args/1").asText()).isEqualTo(folder.toString());
    assertThat(connection.at("/health/status").asText()).isEqualTo("healthy");
    assertThat(Instant.parse(connection.at("/health/lastCheck").asText())).isNotNull();
    assertThat(connection.at("/health/uptime").isIntegralNumber()).isTrue();
    assertThat(connection.at("/health/errorRate").isNumber()).isTrue();
    assertThat(connection.at("/metrics/requestsPerMinute").isIntegralNumber()).isTrue();
    assertThat(connection.at("/metrics/averageLatency").isNumber()).isTrue();
    assertThat(connection.at("/metrics/activeConnections").isIntegralNumber()).isTrue();
  }

  @Test
  void registeringAnswersWhereTheConnectionIs() throws Exception {
    var answer =
        registry.send(
            "POST",
            "/connections",
            """
            {"name": "agent-7", "type": "client", "protocol": "websocket",
             "metadata": {"team": "search"}}
            """);
    JsonNode body = answer.body();
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.header("location")).isEqualTo("/connections/" + body.get("id").asText());
    assertThat(body.get("name").asText()).isEqualTo("agent-7");
    assertThat(body.get("status").asText()).isEqualTo("active");
    assertThat(body.at("/connection/id")).isEqualTo(body.get("id"));
    assertThat(body.at("/connection/type").asText()).isEqualTo("client");
    assertThat(body.at("/connection/protocol").asText()).isEqualTo("websocket");
    assertThat(body.at("/connection/capabilities").isArray()).isTrue();
    assertThat(body.at("/connection/health/status").asText()).isEqualTo("initializing");
    assertThat(Instant.parse(body.at("/connection/health/lastCheck").asText())).isNotNull();
    assertThat(Instant.parse(body.get("createdAt").asText())).isNotNull();
    assertThat(registry.get("/connections?type=client&protocol=websocket").get("filtered").asInt())
        .isEqualTo(1);
  }

  @Test
  void detailsShowCapabilitiesWithSchemasAndWhetherTheServerHasThem() throws Exception {
    JsonNode details = registry.connection(gitlab);
    JsonNode create = details.at("/capabilities/0");
    assertThat(create.get("name").asText()).isEqualTo("create_issue");
    assertThat(create.get("description").asText()).isNotEmpty();
    assertThat(create.at("/schema/type").asText()).isEqualTo("object");
    assertThat(create.at("/schema/properties").has("title")).isTrue();
    assertThat(create.get("verified").asBoolean()).isTrue();
    assertThat(details.at("/capabilities/2/name").asText()).isEqualTo("list_projects");
    assertThat(details.at("/capabilities/2/verified").asBoolean()).isFalse();
    assertThat(details.at("/health/checksPerformed").isIntegralNumber()).isTrue();
    assertThat(details.at("/health/failedChecks").asInt()).isZero();
    assertThat(details.at("/metadata/owner").asText()).isEqualTo("llm-platform");
    assertThat(details.has("createdAt")).isTrue();
  }

  @Test
  void metricsAreTheForwardedRequestsAndNothingElse() throws Exception {
    String id = registry.registerNode("counted", Npm.filesystem(), folder.toRealPath().toString());
    Eventually.healthy(registry, id);
    java.nio.file.Files.writeString(folder.resolve("hello.txt"), "hello");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      String file = folder.toRealPath().resolve("hello.txt").toString();
      for (int i = 0; i < 4; i++) {
        assertThat(client.text("read_text_file", "{'path':'" + file + "'}")).isEqualTo("hello");
      }
      client.call("read_text_file", "{'path':'/etc/not-allowed'}");
    }
    registry.post("/connections/" + id + "/health-check", "", 200);
    Eventually.until(() -> registry.connection(id).at("/metrics/totalRequests").asInt() >= 5);
    JsonNode details = registry.connection(id);
    JsonNode metrics = details.get("metrics");
    assertThat(metrics.get("totalRequests").asInt()).isEqualTo(5);
    assertThat(metrics.get("errorRate").asDouble()).isEqualTo(0.2);
    assertThat(metrics.get("successRate").asDouble()).isEqualTo(0.8);
    assertThat(metrics.get("averageLatency").asDouble()).isPositive();
    assertThat(metrics.get("p95Latency").asDouble()).isPositive();
    assertThat(details.at("/health/errorRate").asDouble()).isEqualTo(0.2);
    assertThat(Instant.parse(details.get("lastActiveAt").asText())).isNotNull();
    JsonNode listed = registry.get("/connections?name=counted").at("/connections/0/metrics");
    assertThat(listed.get("requestsPerMinute").asInt()).isEqualTo(5);
    JsonNode capability = capability("read_text_file");
    assertThat(capability.get("totalRequests").asInt()).isEqualTo(5);
    assertThat(capability.get("averageLatency").asDouble()).isPositive();
    assertThat(capability.get("providers").asInt()).isEqualTo(1);
    assertThat(capability.get("description").asText()).isNotEmpty();
    assertThat(registry.get("/registry/stats").at("/capabilities/mostUsed/0/name").asText())
        .isEqualTo("read_text_file");
    registry.send("DELETE", "/connections/" + id, "");
  }

  private static JsonNode capability(String name) throws Exception {
    for (JsonNode capability : registry.get("/capabilities").get("capabilities")) {
      if (capability.get("name").asText().equals(name)) {
        return capability;
      }
    }
    throw new AssertionError("no capability " + name);
  }

  @Test
  void updatesAsInTheReference() throws Exception {
    JsonNode before = registry.connection(gitlab);
    JsonNode after =
        registry
            .send(
                "PATCH",
                "/connections/" + gitlab,
                """
                {"status": "idle", "metadata": {"maintenance": true}, "healthCheck": {"interval": 60}}
                """)
            .body();
    assertThat(after.get("status").asText()).isEqualTo("idle");
    assertThat(after.at("/metadata/maintenance").asBoolean()).isTrue();
    assertThat(after.at("/metadata/owner")).isEqualTo(before.at("/metadata/owner"));
    assertThat(after.at("/healthCheck/interval").asInt()).isEqualTo(60);
    assertThat(after.at("/healthCheck/timeout").asInt()).isEqualTo(5000);
    assertThat(registry.get("/connections?status=idle").get("filtered").asInt()).isEqualTo(1);
    assertThat(
            registry
                .send("PATCH", "/connections/" + gitlab, "{\"status\":\"active\"}")
                .body()
                .get("status")
                .asText())
        .isEqualTo("active");
  }

  @Test
  void disconnectingLeavesATombstone() throws Exception {
    String id = registry.registerNode("short-lived", Npm.memory());
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    JsonNode gone = registry.send("DELETE", "/connections/" + id, "").body();
    assertThat(gone.get("id").asText()).isEqualTo(id);
    assertThat(gone.get("status").asText()).isEqualTo("disconnected");
    assertThat(gone.get("message").asText()).isEqualTo("Connection gracefully terminated");
    assertThat(Instant.parse(gone.get("disconnectedAt").asText())).isNotNull();
    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(registry.get("/connections?name=short-lived").get("filtered").asInt()).isZero();
    assertThat(
            registry
                .get("/connections?name=short-lived&status=disconnected")
                .get("filtered")
                .asInt())
        .isEqualTo(1);
    assertThat(registry.send("DELETE", "/connections/" + id, "").body()).isEqualTo(gone);
    assertThat(registry.send("PATCH", "/connections/" + id, "{\"status\":\"active\"}").status())
        .isEqualTo(409);
  }

  @Test
  void discoversByCapability() throws Exception {
    JsonNode found =
        registry.post(
            "/connections/discover",
            """
            {"capabilities": ["read_file", "write_file"],
             "filters": {"status": "active", "protocol": "stdio", "minUptime": 0},
             "loadBalancing": {"strategy": "least-loaded", "maxConnections": 1}}
            """,
            200);
    JsonNode connection = found.at("/connections/0");
    assertThat(found.get("connections")).hasSize(1);
    assertThat(found.get("totalMatching").asInt()).isGreaterThanOrEqualTo(1);
    assertThat(found.get("loadBalanced").asBoolean()).isTrue();
    assertThat(found.get("strategy").asText()).isEqualTo("least-loaded");
    assertThat(connection.get("id").asText()).isEqualTo(filesystem);
    assertThat(connection.get("name").asText()).isEqualTo("filesystem-mcp");
    assertThat(texts(connection.get("capabilities"))).contains("read_file", "write_file");
    assertThat(connection.at("/health/status").asText()).isEqualTo("healthy");
    assertThat(connection.at("/health/uptime").isIntegralNumber()).isTrue();
    assertThat(connection.get("load").asDouble()).isBetween(0.0, 1.0);
    assertThat(connection.at("/endpoint/command").asText()).isEqualTo("node");
    JsonNode tooYoung =
        registry.post(
            "/connections/discover",
            "{\"capabilities\": [\"read_file\"], \"filters\": {\"minUptime\": 86400}}",
            200);
    assertThat(tooYoung.get("totalMatching").asInt()).isZero();
  }

  @Test
  void checksHealthWithRealDiagnostics() throws Exception {
    JsonNode check = registry.post("/connections/" + filesystem + "/health-check", "", 200);
    assertThat(check.get("connectionId").asText()).isEqualTo(filesystem);
    assertThat(check.at("/health/status").asText()).isEqualTo("healthy");
    assertThat(check.at("/health/responseTime").isIntegralNumber()).isTrue();
    assertThat(Instant.parse(check.at("/health/timestamp").asText())).isNotNull();
    assertThat(check.at("/diagnostics/processRunning").asBoolean()).isTrue();
    assertThat(check.at("/diagnostics/memoryUsage").asText()).matches("[1-9]\\d*MB");
    assertThat(check.at("/diagnostics/cpuUsage").isNumber()).isTrue();
    assertThat(check.at("/diagnostics/activeRequests").asInt()).isZero();
  }

  @Test
  void checksManyAtOnce() throws Exception {
    JsonNode checked =
        registry.post(
            "/connections/health-check/batch",
            """
            {"connectionIds": ["%s", "%s", "mcp-conn-789"], "timeout": 5000}
            """
                .formatted(filesystem, gitlab),
            200);
    JsonNode results = checked.get("results");
    assertThat(texts(results, "connectionId")).containsExactly(filesystem, gitlab, "mcp-conn-789");
    assertThat(texts(results, "status")).containsExactly("healthy", "healthy", "error");
    assertThat(results.at("/0/responseTime").isIntegralNumber()).isTrue();
    assertThat(results.at("/0").has("error")).isFalse();
    assertThat(results.at("/2").has("responseTime")).isFalse();
    assertThat(results.at("/2/error").asText()).isNotEmpty();
    assertThat(checked.at("/summary/total").asInt()).isEqualTo(3);
    assertThat(checked.at("/summary/healthy").asInt()).isEqualTo(2);
    assertThat(checked.at("/summary/unhealthy").asInt()).isEqualTo(1);
  }

  @Test
  void showsHowTheLoadIsSpread() throws Exception {
    JsonNode distribution = registry.get("/load-balancing/distribution");
    assertThat(distribution.get("strategy").asText()).isEqualTo("least-loaded");
    JsonNode first = distribution.at("/connections/0");
    assertThat(first.get("id").asText()).isEqualTo(filesystem);
    assertThat(first.get("name").asText()).isEqualTo("filesystem-mcp");
    assertThat(first.get("load").isNumber()).isTrue();
    assertThat(first.get("activeRequests").isIntegralNumber()).isTrue();
    assertThat(first.get("capacity").asInt()).isEqualTo(20);
    assertThat(distribution.get("recommendations").isArray()).isTrue();
  }

  @Test
  void countsForStatistics() throws Exception {
    JsonNode stats = registry.get("/registry/stats");
    JsonNode connections = stats.get("connections");
    assertThat(Instant.parse(stats.get("timestamp").asText())).isNotNull();
    assertThat(connections.get("total").asInt())
        .isEqualTo(
            connections.get("active").asInt()
                + connections.get("idle").asInt()
                + connections.get("disconnected").asInt()
                + connections.get("error").asInt());
    assertThat(stats.at("/protocols/stdio").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(stats.at("/protocols").has("http")).isTrue();
    assertThat(stats.at("/protocols").has("websocket")).isTrue();
    assertThat(stats.at("/capabilities/total").asInt()).isGreaterThanOrEqualTo(7);
    assertThat(stats.at("/capabilities/mostUsed").isArray()).isTrue();
    assertThat(stats.at("/performance/averageLatency").isNumber()).isTrue();
    assertThat(stats.at("/performance/requestsPerSecond").isNumber()).isTrue();
    assertThat(stats.at("/performance/errorRate").isNumber()).isTrue();
  }

  @Test
  void exportsTheConfigurationWithoutSecrets() throws Exception {
    var answer = registry.send("GET", "/registry/export", "");
    JsonNode export = answer.body();
    assertThat(export.get("version").asText()).isEqualTo("0.2.0");
    assertThat(Instant.parse(export.get("exportedAt").asText())).isNotNull();
    assertThat(export.get("totalExported").asInt()).isEqualTo(export.get("connections").size());
    JsonNode first = export.at("/connections/0");
    assertThat(first.get("name").asText()).isEqualTo("filesystem-mcp");
    assertThat(first.get("type").asText()).isEqualTo("server");
    assertThat(first.get("protocol").asText()).isEqualTo("stdio");
    assertThat(first.at("/endpoint/args").isArray()).isTrue();
    assertThat(texts(first.get("capabilities"))).contains("read_file");
    assertThat(answer.raw().body()).contains("${GITLAB_TOKEN}").doesNotContain("glpat-very-secret");
  }

  @Test
  void streamsWhatHappensAsItHappens() throws Exception {
    String id = registry.registerNode("streamed", Npm.memory());
    Eventually.healthy(registry, id);
    try (McpSocket socket = new McpSocket(registry, "/registry/stream")) {
      socket.raw(
          """
          {
          "action": "subscribe",
          "events": ["connection-status", "health-check", "capability-request"]
          }
          """);
      JsonNode subscribed = socket.next(message -> is(message, "subscribed", null));
      assertThat(texts(subscribed.get("events")))
          .containsExactly("capability-request", "connection-status", "health-check");

      registry.send("PATCH", "/connections/" + id, "{\"status\":\"idle\"}");
      JsonNode status = socket.next(message -> is(message, "connection-status", id));
      assertThat(status.get("status").asText()).isEqualTo("idle");
      assertThat(Instant.parse(status.get("timestamp").asText())).isNotNull();

      registry.post("/connections/" + id + "/health-check", "", 200);
      JsonNode health = socket.next(message -> is(message, "health-check", id));
      assertThat(health.get("health").asText()).isEqualTo("healthy");
      assertThat(health.get("responseTime").isIntegralNumber()).isTrue();
      assertThat(Instant.parse(health.get("timestamp").asText())).isNotNull();

      registry.send("PATCH", "/connections/" + id, "{\"status\":\"active\"}");
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        client.call("read_graph", "{}");
      }
      JsonNode request = socket.next(message -> is(message, "capability-request", id));
      assertThat(Instant.parse(request.get("timestamp").asText())).isNotNull();
    }
    registry.send("DELETE", "/connections/" + id, "");
  }

  private static boolean is(JsonNode message, String type, @Nullable String connectionId) {
    return message.path("type").asText().equals(type)
        && (connectionId == null || connectionId.equals(message.path("connectionId").asText()));
  }

  @Test
  void healthIsOpenToAll() throws Exception {
    var answer = registry.send(registry.request("/health").GET());
    JsonNode health = answer.body();
    assertThat(answer.status()).isEqualTo(200);
    assertThat(health.get("status").asText()).isEqualTo("healthy");
    assertThat(health.get("version").asText()).isEqualTo("0.2.0");
    assertThat(health.get("uptime").isIntegralNumber()).isTrue();
    JsonNode counts = health.get("registry");
    assertThat(counts.get("connections").asInt())
        .isEqualTo(counts.get("healthy").asInt() + counts.get("unhealthy").asInt());
    assertThat(health.at("/performance/requestsPerSecond").isNumber()).isTrue();
    assertThat(health.at("/performance/averageLatency").isNumber()).isTrue();
  }

  @Test
  void servesTheContractAndItsReaderWithoutAKey() throws Exception {
    for (String path :
        List.of("/technical-guide/openapi/agent-protocol/mcp-registry.openapi.yaml", "/openapi")) {
      var answer = registry.send(registry.request(path).GET());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.raw().body()).startsWith("openapi: 3.1.0");
    }
    assertThat(registry.send(registry.request("/docs").GET()).raw().body()).contains("swagger-ui");
    for (String file : List.of("swagger-ui.css", "swagger-ui-bundle.js", "docs.js")) {
      assertThat(registry.send(registry.request("/docs/" + file).GET()).status()).isEqualTo(200);
    }
  }

  private static List<String> texts(JsonNode array, String field) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.path(field).asText()));
    return texts;
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }
}
