package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets that servers get and nobody else. */
class SecretsIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_SECRETS", "ALLOWED_SECRET,UNSET_SECRET",
                "ALLOWED_SECRET", "s3cr3t-value",
                "NOT_ALLOWED_SECRET", "other-value"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void secretsAreResolvedForTheChildAndShownToNobody() throws Exception {
    String id =
        registry.register(
            """
            {"name": "secretive", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "stdio", "--token", "${ALLOWED_SECRET}"],
               "env": {"TOKEN": "${ALLOWED_SECRET}", "LITERAL_PASSWORD": "hunter22", "MODE": "x"}}}
            """
                .formatted(Npm.everything()));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect("");
      JsonNode environment = new ObjectMapper().readTree(client.text("get-env", "{}"));
      assertThat(environment.get("TOKEN").asText()).isEqualTo("s3cr3t-value");
      assertThat(environment.has("NOT_ALLOWED_SECRET")).isFalse();
      assertThat(environment.has("MCP_REGISTRY_SECRETS")).isFalse();
      assertThat(environment.has("PATH")).isTrue();
    }
    for (String path : new String[] {"/connections", "/connections/" + id, "/registry/export"}) {
      String shown = registry.send("GET", path, "").raw().body();
      assertThat(shown).contains("${ALLOWED_SECRET}").contains("\"MODE\":\"***\"");
      assertThat(shown).doesNotContain("s3cr3t-value").doesNotContain("hunter22");
    }
    assertThat(registry.log().toString()).doesNotContain("s3cr3t-value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOT_ALLOWED_SECRET", "UNSET_SECRET"})
  void aSecretThatIsNotToBeHadIsNamed(String name) throws Exception {
    String id =
        registry.register(
            """
            {"name": "wants-%s", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["${%s}"]}}
            """
                .formatted(name, name));
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/message").asText())
        .contains(name)
        .doesNotContain("other-value");
  }

  @Test
  void whatAServerWritesOfItsSecretsIsMasked() throws Exception {
    String id =
        registry.register(
            """
            {"name": "blabbers", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node",
               "args": ["-e", "console.error('my token is ' + process.env.T); process.exit(7)"],
               "env": {"T": "${ALLOWED_SECRET}"}}}
            """);
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/message").asText())
        .contains("exited with code 7")
        .contains("my token is ***");
    assertThat(connection.at("/upstream/0/stderr").toString()).contains("my token is ***");
    assertThat(connection.toString()).doesNotContain("s3cr3t-value");
    assertThat(registry.log().toString()).doesNotContain("s3cr3t-value");
  }

  @Test
  void whatAServerSaysAtItsEndReachesClientsWithoutItsSecrets() throws Exception {
    String id =
        registry.register(
            """
            {"name": "blab", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "blab"],
               "env": {"TOKEN": "${ALLOWED_SECRET}"}}}
            """
                .formatted(Npm.script("misbehaving-server.mjs")));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").get("error").toString())
          .contains("bad token ***")
          .doesNotContain("s3cr3t-value");
    }
  }
}
