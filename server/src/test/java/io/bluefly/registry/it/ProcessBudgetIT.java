package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry that may run two processes. */
class ProcessBudgetIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_UPSTREAM_MAX_PROCESSES", "2",
                "MCP_REGISTRY_UPSTREAM_STOP_TIMEOUT", "1s",
                "MCP_REGISTRY_UPSTREAM_MAX_RESTART_DELAY", "1s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @Test
  void oneProcessTooManyIsAClearErrorUntilAnotherIsReallyGone() throws Exception {
    TinyServer first = TinyServer.register(registry, "first", "", "stubborn");
    TinyServer second = TinyServer.register(registry, "second", "");
    long pid = Eventually.healthy(registry, first.id()).at("/upstream/0/pid").asLong();
    Eventually.healthy(registry, second.id());

    TinyServer third = TinyServer.register(registry, "third", "");
    JsonNode refused = Eventually.status(registry, third.id(), "error");
    assertThat(refused.at("/health/reason").asText()).isEqualTo("process-budget");
    assertThat(refused.at("/health/message").asText()).contains("upstream.max-processes");
    // It is not there while an attempt is being made.
    Eventually.until(() -> third.instance().has("nextAttemptAt"));
    assertThat(third.call("pid").toString()).contains("upstream.max-processes");
    try (McpClient client = McpClient.legacy(registry.mcp(second.id()), registry.key())) {
      client.connect("'roots'");
      assertThat(client.call("pid", "{}").toString()).contains("upstream.max-processes");
    }

    registry.send("DELETE", "/connections/" + first.id(), "");
    Eventually.until(() -> {
      // Looked at in this order: as long as the stubborn one lives, the third can't be open.
      boolean open = third.is("open");
      assertThat(open && ProcessHandle.of(pid).isPresent()).isFalse();
      return open;
    });
    Eventually.healthy(registry, third.id());
  }
}
