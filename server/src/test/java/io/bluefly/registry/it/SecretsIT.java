package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets that servers get and nobody else. */
class SecretsIT {
  @TempDir static Path folder;
  @TempDir static Path files;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_SECRETS", "ALLOWED_SECRET,UNSET_SECRET,FILE_SECRET@bound",
                "MCP_REGISTRY_SECRETS_DIR", files.toString(),
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
  void anUnboundSecretIsNotSentToWhereverSomebodyPoints() throws Exception {
    AtomicInteger contacts = new AtomicInteger();
    try (ServerSocket curious = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> count(curious, contacts));
      String origin = "http://127.0.0.1:" + curious.getLocalPort();
      String id =
          registry.register(
              """
              {"name": "curious", "type": "server", "protocol": "http",
               "endpoint": {"url": "%s/mcp", "headers": {"X-Give": "${ALLOWED_SECRET}"}}}
              """
                  .formatted(origin));
      JsonNode connection = Eventually.status(registry, id, "error");
      assertThat(connection.at("/health/reason").asText()).isEqualTo("configuration");
      assertThat(connection.at("/health/message").asText())
          .contains("add ALLOWED_SECRET@" + origin + " to MCP_REGISTRY_SECRETS");
    }
    assertThat(contacts).hasValue(0);
  }

  private static void count(ServerSocket listener, AtomicInteger contacts) {
    try {
      while (true) {
        listener.accept().close();
        contacts.incrementAndGet();
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void aSecretOfAFileIsForTheConnectionThatItIsBoundTo() throws Exception {
    Files.writeString(files.resolve("FILE_SECRET"), "from-a-f1le\n");
    String command =
        """
        {"name": "%s", "type": "server", "protocol": "stdio",
         "endpoint": {"command": "node",
           "args": ["-e", "console.error('got ' + process.env.T.length + process.env.T); process.exit(7)"],
           "env": {"T": "${FILE_SECRET}"}}}
        """;
    JsonNode bound =
        Eventually.status(registry, registry.register(command.formatted("bound")), "error");
    assertThat(bound.at("/upstream/0/stderr").toString()).contains("got 11***");
    JsonNode other =
        Eventually.status(registry, registry.register(command.formatted("other")), "error");
    assertThat(other.at("/health/message").asText()).contains("add FILE_SECRET@other");
    assertThat(registry.log().toString()).doesNotContain("from-a-f1le");
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
