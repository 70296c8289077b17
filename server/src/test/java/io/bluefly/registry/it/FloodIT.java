package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that write without end, several at a time, and what the others notice of it: nothing. */
class FloodIT {
  @TempDir Path folder;
  private RegistryProcess registry;
  private TinyServer neighbour;

  @BeforeEach
  void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_UPSTREAM_PROBE_TIMEOUT", "1s",
                "MCP_REGISTRY_UPSTREAM_RESTART_DELAY", "100ms",
                "MCP_REGISTRY_UPSTREAM_MAX_RESTART_DELAY", "2s"));
    neighbour = TinyServer.register(registry, "neighbour", "");
    Eventually.healthy(registry, neighbour.id());
  }

  @AfterEach
  void nothingElseWasHarmed() throws Exception {
    try (RegistryProcess ending = registry) {
      assertThat(neighbour.pid("pid")).isPositive();
      assertThat(neighbour.instance().get("restarts").asInt()).isZero();
      assertThat(ending.log()).noneMatch(line -> line.contains("OutOfMemoryError"));
    }
  }

  private List<TinyServer> four(String... mode) throws Exception {
    List<TinyServer> servers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      servers.add(TinyServer.register(registry, "flood-" + i, "", mode));
    }
    return servers;
  }

  private void becomesAnError(TinyServer server, String message) {
    Eventually.until(() -> {
      assertThat(neighbour.pid("pid")).isPositive();
      JsonNode connection = registry.connection(server.id());
      return connection.get("status").asText().equals("error")
          && connection.at("/health/message").asText().contains(message);
    });
  }

  @Test
  void whoFloodsItsErrorStreamIsUsedAsAnyOther() throws Exception {
    for (TinyServer server : four("floods", "errors")) {
      Eventually.healthy(registry, server.id());
      assertThat(server.pid("pid")).isPositive();
      Eventually.until(() -> server.instance().at("/stderr/0").asText().contains("an error"));
    }
  }

  @Test
  void whoWritesNoMcpWithoutEndIsAnError() throws Exception {
    for (TinyServer server : four("floods", "output")) {
      becomesAnError(server, "no MCP message");
    }
  }

  @Test
  void aLineWithoutEndIsAnError() throws Exception {
    for (TinyServer server : four("floods", "line")) {
      becomesAnError(server, "longer than 16777216 bytes");
    }
  }

  @Test
  void whoWritesAndNeverReadsIsAnError() throws Exception {
    List<TinyServer> servers = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      servers.add(
          TinyServer.register(
              registry,
              "deaf-" + i,
              ", \"healthCheck\": {\"interval\": 1, \"timeout\": 500}",
              "deaf"));
    }
    for (TinyServer server : servers) {
      becomesAnError(server, "Connection timeout after 500ms");
    }
  }
}
