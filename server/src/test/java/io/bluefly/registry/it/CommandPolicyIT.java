package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import io.bluefly.registry.testkit.RegistryProcess.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command policy at every way to a stdio server, and at its start. */
class CommandPolicyIT {
  private static final String ALLOWED = "MCP_REGISTRY_COMMANDS_ALLOWED";
  private static final String TINY = Npm.script("tiny-server.sh");

  @TempDir Path folder;
  private RegistryProcess registry;

  @BeforeEach
  void start() throws Exception {
    restart("sh " + TINY + ",sh " + TINY + " stubborn");
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private void restart(String allowed) throws Exception {
    if (registry != null) {
      registry.close();
    }
    registry = RegistryProcess.start(folder, Map.of(ALLOWED, allowed));
  }

  private static String server(String name, String more) {
    return """
    {"name": "%s", "type": "server", "protocol": "stdio",
     "endpoint": {"command": "sh", "args": ["%s"]%s}}
    """
        .formatted(name, TINY, more);
  }

  private static void assertRefused(Answer answer, String field) {
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.body().get("type").asText())
        .isEqualTo("urn:mcp-registry:problem:command-refused");
    assertThat(answer.body().at("/violations/0/field").asText()).isEqualTo(field);
    assertThat(answer.body().get("detail").asText()).contains("MCP_REGISTRY_COMMANDS_");
  }

  @Test
  void onlyAllowedCommandsAreRegistered() throws Exception {
    String id = registry.register(server("tiny", ", \"env\": {\"TOKEN\": \"x\"}"));
    Eventually.healthy(registry, id);
    Path trace = folder.resolve("trace");
    String script = server("evil", "").replace("\"" + TINY, "\"-c\", \"touch " + trace);
    Answer refused = registry.send("POST", "/connections", script);
    assertRefused(refused, "body/endpoint/args/0");
    assertThat(refused.body().at("/violations/0/allowed").toString()).contains(TINY + " stubborn");
    assertRefused(
        registry.send("POST", "/connections", server("evil", "").replace("\"sh\"", "\"bash\"")),
        "body/endpoint/command");
    assertRefused(
        registry.send(
            "POST", "/connections", server("evil", ", \"env\": {\"LD_PRELOAD\": \"/tmp/x.so\"}")),
        "body/endpoint/env/LD_PRELOAD");
    assertThat(registry.get("/connections").get("connections")).hasSize(1);
    assertThat(trace).doesNotExist();
  }

  @Test
  void aPatchCanNotTurnAnAllowedCommandIntoAnother() throws Exception {
    String id = registry.register(server("tiny", ""));
    String path = "/connections/" + id;
    assertRefused(
        registry.send("PATCH", path, "{\"endpoint\": {\"args\": [\"-c\", \"id\"]}}"),
        "body/endpoint/args/0");
    assertRefused(
        registry.send("PATCH", path, "{\"endpoint\": {\"env\": {\"PATH\": \"/tmp\"}}}"),
        "body/endpoint/env/PATH");
    assertThat(
            registry
                .send(
                    "PATCH",
                    path,
                    "{\"endpoint\": {\"args\": [\"%s\", \"stubborn\"]}}".formatted(TINY))
                .status())
        .isEqualTo(200);
  }

  @Test
  void noBatchGetsPastThePolicy() throws Exception {
    String id = registry.register(server("tiny", ""));
    String operations =
        """
        {"operations": [
          {"op": "register", "name": "evil", "type": "server", "protocol": "stdio",
           "endpoint": {"command": "bash"}},
          {"op": "update", "connectionId": "%s", "endpoint": {"command": "bash"}}]}
        """;
    JsonNode results =
        registry.post("/connections/batch", operations.formatted(id), 200).get("results");
    for (JsonNode result : results) {
      assertThat(result.get("status").asInt()).isEqualTo(403);
      assertThat(result.at("/problem/violations/0/field").asText())
          .isEqualTo("body/endpoint/command");
    }
    registry.post("/connections/batch?atomic=true", operations.formatted(id), 409);
    assertThat(registry.connection(id).at("/endpoint/command").asText()).isEqualTo("sh");
  }

  @Test
  void whatAStricterPolicyForbidsIsNotStartedAgainButCanBeLookedAtAndMended() throws Exception {
    String id = registry.register(server("tiny", ""));
    Eventually.healthy(registry, id);
    restart("sh " + TINY + " stubborn");
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/reason").asText()).isEqualTo("configuration");
    assertThat(connection.at("/health/message").asText())
        .contains("the command policy does not permit it: endpoint.args lacks an argument");
    assertThat(connection.at("/upstream/0").has("pid")).isFalse();
    String path = "/connections/" + id;
    assertThat(registry.send("PATCH", path, "{\"capacity\": 3}").status()).isEqualTo(200);
    assertThat(
            registry
                .send(
                    "PATCH",
                    path,
                    "{\"endpoint\": {\"args\": [\"%s\", \"stubborn\"]}}".formatted(TINY))
                .status())
        .isEqualTo(200);
    Eventually.healthy(registry, id);
  }

  @Test
  void aPatternThatIsNoneKeepsTheRegistryFromStarting() throws Exception {
    Refusal refusal =
        RegistryProcess.refused(
            Files.createDirectories(folder.resolve("other")),
            RegistryProcess.freePort(),
            Map.of(ALLOWED, "* -c *"));
    assertThat(refusal.exitCode()).isEqualTo(1);
    assertThat(refusal.message())
        .isEqualTo(
            "The setting mcp-registry.commands.allowed begins with '*': the executable must be"
                + " written out");
  }
}
