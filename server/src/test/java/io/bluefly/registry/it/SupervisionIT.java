package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Child processes that crash, hang, misbehave or are not there. */
class SupervisionIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_UPSTREAM_PROBE_TIMEOUT", "500ms",
                "MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", "2s",
                "MCP_REGISTRY_GATEWAY_OPEN_PATIENCE", "5s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit-on-probe", "silent-on-probe"})
  void legacyServersThatDislikeTheModernGreetingAreFoundOut(String mode) throws Exception {
    String id = registry.registerNode(mode, Npm.script("misbehaving-server.mjs"), mode);
    JsonNode instance = Eventually.healthy(registry, id).at("/upstream/0");
    assertThat(instance.at("/server/era").asText()).isEqualTo("legacy");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").has("error")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "null-result, no object",
    "escape, exited with code 1",
    "garbage, did not answer",
    "wrong-id, did not answer",
    "never, did not answer",
    "half, may have run",
    "endless, may have run"
  })
  void aServerThatMisbehavesCostsItsCallerATimelyError(String mode, String message)
      throws Exception {
    String id = registry.registerNode("bad-" + mode, Npm.script("misbehaving-server.mjs"), mode);
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").get("error").toString()).contains(message);
    }
    Eventually.until(() -> registry.connection(id).at("/metrics/errorRate").asDouble() == 1);
    Eventually.healthy(registry, id);
  }

  @Test
  void whoLeavesTheGroupEndsWithItsConnection() throws Exception {
    String id = registry.registerNode("escapes", Npm.script("misbehaving-server.mjs"), "escape");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      client.call("go", "{}");
    }
    Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 1);
    Eventually.until(() ->
        ProcessHandle.allProcesses()
            .noneMatch(p -> p.info().commandLine().orElse("").endsWith("sleep 300")));
  }

  @Test
  void aServerThatDoesNotListenIsStartedAgain() throws Exception {
    String id =
        registry.register(
            """
            {"name": "deaf", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "deaf"]},
             "healthCheck": {"timeout": 300}}
            """
                .formatted(Npm.script("misbehaving-server.mjs")));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").has("error")).isFalse();
      Eventually.until(() -> {
        registry.post("/connections/" + id + "/health-check", "", 200);
        return registry.connection(id).at("/upstream/0/restarts").asInt() > 0;
      });
    }
  }

  @Test
  void sessionsKeepTheirSubscriptionsOverACrash() throws Exception {
    String id = registry.registerNode("resubscribes", Npm.script("legacy-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect("");
      client.send("{'op':'subscribe','uri':'test://static'}");
      client.call("crash", "{}");
      Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 1);
      client.call("touch", "{}");
      assertThat(
              client
                  .send(
                      "{'op':'waitNotification','method':'notifications/resources/updated','timeout':5000}")
                  .has("notification"))
          .isTrue();
    }
  }

  @Test
  void aServerThatDiesOfTheModernGreetingIsStartedOnlyOnceAfterItsFirstStart() throws Exception {
    Path starts = Files.createTempFile(folder, "starts", "");
    String id =
        registry.register(
            """
            {"name": "touchy", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "sh",
               "args": ["-c", "echo start >> '%s'; exec node '%s' exit-on-probe"]}}
            """
                .formatted(starts, Npm.script("misbehaving-server.mjs")));
    JsonNode first = Eventually.healthy(registry, id).at("/upstream/0");
    assertThat(Files.readAllLines(starts)).hasSize(2);
    ProcessHandle.of(first.get("pid").asLong()).orElseThrow().destroyForcibly();
    JsonNode second =
        Eventually.soon()
            .until(
                () -> registry.connection(id).at("/upstream/0"),
                i -> i.get("restarts").asInt() == 1 && i.get("state").asText().equals("open"));
    assertThat(Files.readAllLines(starts)).hasSize(3);
    assertThat(second.at("/server/verdictAt")).isEqualTo(first.at("/server/verdictAt"));
    assertThat(second.at("/server/transport").asText()).isEqualTo("stdio");
  }

  @Test
  void aFloodOnTheErrorStreamIsBounded() throws Exception {
    String id = registry.registerNode("flood", Npm.script("misbehaving-server.mjs"), "flood");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").has("error")).isFalse();
    }
    assertThat(registry.connection(id).at("/upstream/0/stderr").toString().length())
        .isLessThan(20_000);
  }

  @Test
  void aCrashedServerIsStartedAgainAndItsCatalogueReadAgain() throws Exception {
    String id = registry.registerNode("crashes", Npm.script("modern-server.mjs"), "stdio");
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("crash", "{}").get("error").toString()).contains("may have run");
      // The next call waits for the new process.
      assertThat(client.text("echo", "{'text':'back'}")).isEqualTo("back");
    }
    JsonNode instance = Eventually.healthy(registry, id).at("/upstream/0");
    assertThat(instance.get("pid").asLong()).isNotEqualTo(pid);
    assertThat(instance.get("restarts").asInt()).isEqualTo(1);
    assertThat(instance.at("/lastFailure/message").asText()).contains("exited with code 3");
    ProcessHandle.of(instance.get("pid").asLong()).orElseThrow().destroyForcibly();
    Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 2);
  }

  @Test
  void aCommandThatIsNotThereIsAnErrorWithTheNextAttempt() throws Exception {
    String id =
        registry.register(
            """
            {"name": "no-command", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "no-such-command"}}
            """);
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/status").asText()).isEqualTo("unhealthy");
    assertThat(connection.at("/health/reason").asText()).isEqualTo("configuration");
    assertThat(connection.at("/health/message").asText()).contains("no-such-command");
    Eventually.until(() -> registry.connection(id).at("/upstream/0").has("nextAttemptAt"));
    Said call = RawClient.greet(registry, id);
    assertThat(call.status()).isEqualTo(503);
    assertThat(call.json().at("/error/message").asText()).contains("no-such-command");
  }
}
