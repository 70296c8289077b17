package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who answers calls is not asked whether it answers. */
class LiveTrafficIT {
  @TempDir static Path folder;

  @Test
  void aBusyServerIsNotProbedAndAnIdleOneIs() throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder)) {
      TinyServer server =
          TinyServer.register(registry, "busy", ", \"healthCheck\": {\"interval\": 3}");
      Eventually.healthy(registry, server.id());
      server.call("pid");
      Set<String> lastChecks = new HashSet<>();
      // A probe may have begun before the first call ended.
      Eventually.until(() -> {
        server.call("pid");
        return lastChecks.add(health(registry, server).get("lastCheck").asText())
            && lastChecks.size() > 1;
      });
      long before = health(registry, server).get("checksPerformed").asLong();
      lastChecks.clear();
      Eventually.until(() -> {
        server.call("pid");
        lastChecks.add(health(registry, server).get("lastCheck").asText());
        return lastChecks.size() > 2;
      });
      assertThat(health(registry, server).get("checksPerformed").asLong()).isEqualTo(before);
      assertThat(health(registry, server).get("status").asText()).isEqualTo("healthy");
      Eventually.until(
          () -> health(registry, server).get("checksPerformed").asLong() >= before + 1);
    }
  }

  private static JsonNode health(RegistryProcess registry, TinyServer server) throws Exception {
    return registry.connection(server.id()).get("health");
  }
}
