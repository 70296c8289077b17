package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that sleep while nobody calls, and that are replaced when they are old. */
class LifetimeIT {
  @TempDir Path folder;

  @Test
  void aServerThatNobodyCallsSleepsHealthyUntilTheNextCall() throws Exception {
    try (RegistryProcess registry =
        RegistryProcess.start(folder, Map.of("MCP_REGISTRY_UPSTREAM_IDLE_TIMEOUT", "1s"))) {
      TinyServer server =
          TinyServer.register(registry, "sleeper", ", \"healthCheck\": {\"interval\": 1}");
      long first = Eventually.healthy(registry, server.id()).at("/upstream/0/pid").asLong();
      Eventually.until(() -> server.is("asleep"));
      Eventually.until(() -> ProcessHandle.of(first).isEmpty());
      JsonNode check = registry.post("/connections/" + server.id() + "/health-check", "", 200);
      assertThat(check.at("/health/status").asText()).isEqualTo("healthy");
      JsonNode asleep = registry.connection(server.id());
      assertThat(asleep.at("/upstream/0/state").asText()).isEqualTo("asleep");
      assertThat(asleep.at("/upstream/0/server/name").asText()).isEqualTo("tiny-server");
      assertThat(asleep.at("/upstream/0").has("pid")).isFalse();
      assertThat(asleep.get("status").asText()).isEqualTo("active");
      assertThat(asleep.get("capabilities")).hasSize(3);

      long second = server.pid("pid");
      assertThat(second).isNotEqualTo(first);
      Eventually.until(() -> server.is("asleep"));
      assertThat(server.pid("slow")).isNotEqualTo(second);
      assertThat(registry.log()).noneMatch(line -> line.contains("is down"));
    }
  }

  @Test
  void anOldServerIsReplacedAndNoCallFails() throws Exception {
    try (RegistryProcess registry =
        RegistryProcess.start(folder, Map.of("MCP_REGISTRY_UPSTREAM_MAX_LIFETIME", "1s"))) {
      TinyServer server = TinyServer.register(registry, "ages", "");
      Eventually.healthy(registry, server.id());
      Set<Long> pids = ConcurrentHashMap.newKeySet();
      AtomicBoolean enough = new AtomicBoolean();
      List<CompletableFuture<Void>> callers = new ArrayList<>();
      for (String tool : List.of("pid", "slow", "slow")) {
        callers.add(CompletableFuture.runAsync(() -> callUntil(enough, server, tool, pids)));
      }
      Eventually.until(() -> pids.size() >= 4 || callers.stream().anyMatch(c -> c.isDone()));
      enough.set(true);
      callers.forEach(CompletableFuture::join);
      assertThat(pids).hasSizeGreaterThanOrEqualTo(4);
      JsonNode connection = registry.connection(server.id());
      assertThat(connection.at("/metrics/errorRate").asDouble()).isZero();
      assertThat(registry.log()).noneMatch(line -> line.contains("is down"));
      Eventually.until(() -> alive(pids) <= 2);
    }
  }

  private static long alive(Set<Long> pids) {
    return pids.stream().filter(pid -> ProcessHandle.of(pid).isPresent()).count();
  }

  private static void callUntil(
      AtomicBoolean enough, TinyServer server, String tool, Set<Long> pids) {
    try {
      while (!enough.get()) {
        pids.add(server.pid(tool));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void subscriptionsMoveToTheServerThatReplacesTheOldOne() throws Exception {
    try (RegistryProcess registry =
        RegistryProcess.start(folder, Map.of("MCP_REGISTRY_UPSTREAM_MAX_LIFETIME", "8s"))) {
      String id = registry.registerNode("subscribed", Npm.script("legacy-server.mjs"), "stdio");
      long first = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
      try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
        client.connect("");
        client.send("{'op':'subscribe','uri':'test://static'}");
        assertThat(registry.connection(id).at("/upstream/0/pid").asLong()).isEqualTo(first);
        Eventually.until(() -> ProcessHandle.of(first).isEmpty());
        long second = registry.connection(id).at("/upstream/0/pid").asLong();
        Eventually.until(() -> isToldOfAChange(client));
        // Not only by the one after it.
        assertThat(registry.connection(id).at("/upstream/0/pid").asLong()).isEqualTo(second);
      }
    }
  }

  private static boolean isToldOfAChange(McpClient client) throws Exception {
    client.call("touch", "{}");
    return client
        .send("{'op':'waitNotification','method':'notifications/resources/updated','timeout':500}")
        .has("notification");
  }
}
