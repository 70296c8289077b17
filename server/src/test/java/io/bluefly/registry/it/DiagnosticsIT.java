package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.ServerProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A check tells an operator what the server's processes do, and how it was reached. */
class DiagnosticsIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static JsonNode diagnostics(String id) throws Exception {
    return registry.post("/connections/" + id + "/health-check", "", 200).get("diagnostics");
  }

  private static List<String> names(JsonNode handshake) {
    return handshake.findValuesAsText("name");
  }

  @Test
  void theWholeProcessTreeIsShown() throws Exception {
    String id =
        registry.register(
            """
            {"name": "tree", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "sh",
                          "args": ["-c", "sleep 600 & echo ready >&2; sh $0; true", "%s"]}}
            """
                .formatted(Npm.script("tiny-server.sh")));
    Eventually.healthy(registry, id);
    JsonNode found = diagnostics(id);
    JsonNode tree = found.get("processTree");
    long root = registry.connection(id).at("/upstream/0/pid").asLong();
    assertThat(found.get("processes").asInt()).isEqualTo(tree.size()).isGreaterThanOrEqualTo(3);
    assertThat(tree.at("/0/pid").asLong()).isEqualTo(root);
    for (int i = 1; i < tree.size(); i++) {
      assertThat(tree.get(i).get("parent").asLong()).isEqualTo(root);
    }
    assertThat(tree.findValuesAsText("command")).anyMatch(command -> command.endsWith("sleep"));
    JsonNode first = tree.get(0);
    assertThat(first.get("memoryUsage").asText()).matches("\\d+MB");
    assertThat(first.get("descriptors").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(first.get("cpuTime").isNumber()).isTrue();
    assertThat(first.get("uptime").isIntegralNumber()).isTrue();
    assertThat(found.at("/instances/0/pid").asLong()).isEqualTo(root);
    assertThat(found.at("/instances/0/stderr/0").asText()).isEqualTo("ready");
    assertThat(names(found.at("/instances/0/handshake"))).startsWith("start", "server/discover");
    assertThat(found.at("/instances/0/handshake/0/millis").isIntegralNumber()).isTrue();
    assertThat(found.has("http")).isFalse();
  }

  @Test
  void restartsAreCountedAndALegacyGreetingHasItsSteps() throws Exception {
    String id = TestServers.stdio(registry, "legacy", Era.LEGACY);
    JsonNode before = diagnostics(id);
    assertThat(before.at("/instances/0/restarts").asInt()).isZero();
    assertThat(names(before.at("/instances/0/handshake")))
        .containsExactly("start", "server/discover", "initialize");
    ProcessHandle.of(before.at("/instances/0/pid").asLong()).orElseThrow().destroyForcibly();
    Eventually.until(() ->
        registry.connection(id).at("/upstream/0/restarts").asInt() == 1
            && registry.connection(id).at("/upstream/0/state").asText().equals("open"));
    assertThat(diagnostics(id).at("/instances/0/restarts").asInt()).isEqualTo(1);
  }

  @Test
  void aServerOverHttpShowsWhereItIsAndHowTheCheckWent() throws Exception {
    try (TestServer server = TestServer.start(Era.MODERN, Transport.HTTP)) {
      String id = TestServers.network(registry, "http", server);
      JsonNode found = diagnostics(id);
      JsonNode http = found.get("http");
      assertThat(http.get("address").asText()).isEqualTo("127.0.0.1:" + server.url().getPort());
      assertThat(http.has("tls")).isFalse();
      for (String phase : List.of("connect", "firstByte", "receive")) {
        assertThat(http.get(phase).isIntegralNumber()).as(phase).isTrue();
      }
      assertThat(names(found.at("/instances/0/handshake"))).containsExactly("server/discover");
      assertThat(found.has("processTree")).isFalse();
    }
  }

  private static String address(String name, int port) throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "server", "protocol": "http",
         "endpoint": {"url": "http://127.0.0.1:%d/mcp"},
         "healthCheck": {"interval": 3600, "timeout": 400}}
        """
            .formatted(name, port));
  }

  @Test
  void aPortThatRefusesIsTold() throws Exception {
    String id = address("refusing", RegistryProcess.freePort());
    Eventually.until(
        () -> registry.connection(id).at("/health/status").asText().equals("unhealthy"));
    JsonNode http = diagnostics(id).get("http");
    assertThat(http.at("/failed/phase").asText()).isEqualTo("connect");
    assertThat(http.at("/failed/message").asText()).contains("Connection refused");
    assertThat(http.at("/failed/millis").isIntegralNumber()).isTrue();
    assertThat(http.has("at")).isTrue();
    assertThat(http.has("address")).isFalse();
    assertThat(http.has("connect")).isFalse();
  }

  @Test
  void aServerThatHasFallenSilentIsToldOfWithThePhasesThatItPassed() throws Exception {
    try (ServerProcess server = ServerProcess.start(Era.MODERN, Transport.HTTP)) {
      String id = address("silent", server.url().getPort());
      Eventually.healthy(registry, id);
      String before = diagnostics(id).at("/http/at").asText();
      server.pause();
      JsonNode http = diagnostics(id).get("http");
      assertThat(http.at("/failed/phase").asText()).isEqualTo("firstByte");
      assertThat(http.at("/failed/message").asText()).contains("did not answer within 400 ms");
      assertThat(http.get("connect").isIntegralNumber()).isTrue();
      assertThat(http.has("firstByte")).isFalse();
      assertThat(http.get("address").asText()).isEqualTo("127.0.0.1:" + server.url().getPort());
      assertThat(Instant.parse(http.get("at").asText())).isAfter(Instant.parse(before));
    }
  }
}
