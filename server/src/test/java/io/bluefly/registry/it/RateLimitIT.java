package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often a key, a pool and an address may ask. */
class RateLimitIT {
  @TempDir Path folder;

  private RegistryProcess start(Map<String, String> settings) throws Exception {
    return RegistryProcess.start(folder, settings);
  }

  @Test
  void aKeyHasAsManyRequestsOnBothPlanes() throws Exception {
    try (RegistryProcess registry =
        start(
            Map.of(
                "MCP_REGISTRY_LIMITS_REQUESTS_PER_KEY", "1",
                "MCP_REGISTRY_LIMITS_BURST_PER_KEY", "400"))) {
      String id = TestServers.stdio(registry, "s", Era.MODERN);
      RawClient client = RawClient.ofConnection(registry, id);
      RawClient.Said said = client.callModern("echo", "{\"text\":\"x\"}");
      assertThat(said.status()).isEqualTo(200);
      for (int i = 0; i < 410 && said.status() == 200; i++) {
        said = client.callModern("echo", "{\"text\":\"x\"}");
      }
      assertThat(said.status()).isEqualTo(429);
      assertThat(said.code()).isEqualTo(-32053);
      assertThat(Integer.parseInt(said.header("retry-after"))).isBetween(1, 2);
      assertThat(said.body()).contains("1 requests per second (limits.requests-per-key)");
      assertThat(client.initializing("{}")).isNotNull();
      assertThat(RawClient.send(client.initializing("{}")).status()).isEqualTo(429);
      var control = registry.send("GET", "/connections", "");
      for (int i = 0; i < 5 && control.status() == 200; i++) {
        control = registry.send("GET", "/connections", "");
      }
      assertThat(control.status()).isEqualTo(429);
      assertThat(control.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:rate-limited");
      assertThat(control.body().get("detail").asText()).contains("limits.requests-per-key");
      assertThat(control.header("retry-after")).isNotEmpty();
      try (McpSocket socket = new McpSocket(registry, "/connections/" + id + "/mcp", "mcp")) {
        assertThat(socket.initialize("{}").at("/error/code").asInt()).isEqualTo(-32053);
      }
      assertThat(registry.send(registry.request("/health/live")).status()).isEqualTo(200);
    }
  }

  @Test
  void aPoolHasAsManyWhoeverAsks() throws Exception {
    try (RegistryProcess registry = start(Map.of("MCP_REGISTRY_LIMITS_REQUESTS_PER_POOL", "3"))) {
      RawClient one =
          RawClient.ofConnection(registry, TestServers.stdio(registry, "s", Era.MODERN));
      TestServers.stdio(registry, "other", Era.MODERN);
      RawClient pool = RawClient.ofPool(registry, "s");
      RawClient other = RawClient.ofPool(registry, "other");
      RawClient.Said said = one.callModern("echo", "{\"text\":\"x\"}");
      for (int i = 0; i < 200 && said.status() == 200; i++) {
        said = (i % 2 == 0 ? pool : one).callModern("echo", "{\"text\":\"x\"}");
      }
      assertThat(said.status()).isEqualTo(429);
      assertThat(said.body()).contains("3 requests per second (limits.requests-per-pool)");
      assertThat(other.callModern("echo", "{\"text\":\"x\"}").status()).isEqualTo(200);
    }
  }

  @Test
  void whoGuessesKeysIsToldToStopAndTheRightOneIsLetIn() throws Exception {
    try (RegistryProcess registry = start(Map.of("MCP_REGISTRY_LIMITS_FAILED_LOGINS", "5"))) {
      for (String path : new String[] {"/connections", "/mcp"}) {
        int status = 401;
        for (int i = 0; i < 10; i++) {
          status = registry.send(registry.request(path).header("X-API-Key", "wrong" + i)).status();
        }
        assertThat(status).isEqualTo(429);
      }
      var guess = registry.send(registry.request("/connections").header("X-API-Key", "wrong"));
      assertThat(guess.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:too-many-failures");
      assertThat(guess.header("retry-after")).isNotEmpty();
      assertThat(registry.send("GET", "/connections", "").status()).isEqualTo(200);
      assertThat(registry.send(registry.request("/connections")).status()).isEqualTo(401);
    }
  }
}
