package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers and instances that are taken out of use, come into use, or share it. */
class RotationIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_GATEWAY_MAX_OWN_INSTANCES", "2"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void disconnectingLetsCallsInFlightEndUnlessForced() throws Exception {
    String id = registry.registerNode("drained", Npm.script("modern-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      CompletableFuture<JsonNode> slow = slowCall(client);
      Eventually.until(() -> registry.connection(id).at("/metrics/activeConnections").asInt() == 1);
      registry.send("DELETE", "/connections/" + id, "");
      assertThat(slow.join().has("result")).isTrue();
    }
    String forced = registry.registerNode("forced", Npm.script("modern-server.mjs"), "stdio");
    Eventually.healthy(registry, forced);
    try (McpClient client = McpClient.modern(registry.mcp(forced), registry.key())) {
      client.connect("");
      CompletableFuture<JsonNode> slow = slowCall(client);
      Eventually.until(
          () -> registry.connection(forced).at("/metrics/activeConnections").asInt() == 1);
      registry.send("DELETE", "/connections/" + forced + "?force=true", "");
      assertThat(slow.join().get("error").toString()).contains("may have run");
    }
  }

  private static CompletableFuture<JsonNode> slowCall(McpClient client) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return client.call("slow", "{'ms':1500}");
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "'sampling'"})
  void disconnectingLetsTheCallsOfSessionsEnd(String features) throws Exception {
    String name = "session-drained" + features.replace("'", "");
    String id = registry.registerNode(name, Npm.script("legacy-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect(features);
      CompletableFuture<JsonNode> slow = slowCall(client);
      Eventually.until(() -> registry.connection(id).at("/metrics/activeConnections").asInt() == 1);
      registry.send("DELETE", "/connections/" + id, "");
      assertThat(slow.join().has("result")).isTrue();
      assertThat(client.call("echo", "{'text':'late'}").has("error")).isTrue();
    }
  }

  @Test
  void anIdleConnectionTakesNoCallsUntilItIsActiveAgain() throws Exception {
    String id = registry.registerNode("resting", Npm.script("modern-server.mjs"), "stdio");
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"idle\"}");
    assertThat(RawClient.greet(registry, id).status()).isEqualTo(503);
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"active\"}");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.text("echo", "{'text':'awake'}")).isEqualTo("awake");
    }
    assertThat(registry.connection(id).at("/upstream/0/pid").asLong()).isEqualTo(pid);
  }

  @Test
  void aChangedEndpointIsOpenedAgain() throws Exception {
    String id = registry.registerNode("moved", Npm.memory());
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    registry.send(
        "PATCH",
        "/connections/" + id,
        "{\"endpoint\":{\"args\":[\"" + Npm.script("modern-server.mjs") + "\",\"stdio\"]}}");
    Eventually.until(() ->
        registry.connection(id).at("/upstream/0/server/name").asText().equals("modern-server"));
    Eventually.until(
        () -> registry.connection(id).get("capabilities").toString().contains("\"add\""));
    Eventually.until(() -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  void onlySoManyClientsHaveAnInstanceOfTheirOwn() throws Exception {
    String id = registry.registerNode("own", Npm.script("legacy-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient first = McpClient.legacy(registry.mcp(id), registry.key());
        McpClient second = McpClient.legacy(registry.mcp(id), registry.key());
        McpClient third = McpClient.legacy(registry.mcp(id), registry.key())) {
      for (McpClient client : List.of(first, second)) {
        client.connect("'roots'");
        assertThat(client.text("roots", "{}")).contains("file:///tmp");
      }
      third.connect("'roots'");
      assertThat(third.call("roots", "{}").get("error").toString()).contains("max-own-instances");
      first.send("{'op':'close'}");
      Eventually.until(() -> !third.call("roots", "{}").has("error"));
      assertThat(third.text("roots", "{}")).contains("file:///tmp");
    }
  }

  @Test
  void severalInstancesShareTheCalls() throws Exception {
    String id =
        registry.register(
            """
            {"name": "twins", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s"]}, "instances": {"min": 2}}
            """
                .formatted(Npm.script("stubborn-server.mjs")));
    Eventually.until(() ->
        registry.connection(id).at("/upstream/0/state").asText().equals("open")
            && registry.connection(id).at("/upstream/1/state").asText().equals("open"));
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      Set<String> seen = new HashSet<>();
      // Which one of two that have nothing to do is left to chance.
      for (int i = 0; i < 60 && seen.size() < 2; i++) {
        seen.add(client.text("pid", "{}"));
      }
      assertThat(seen).hasSize(2);
    }
    registry.send("DELETE", "/connections/" + id + "?force=true", "");
  }
}
