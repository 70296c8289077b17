package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that dies right after each start. */
class CrashLoopIT {
  @TempDir Path folder;

  @Test
  void aCrashLoopIsOneErrorUntilTheServerStaysOpen() throws Exception {
    Path cure = folder.resolve("cure");
    try (RegistryProcess registry =
        RegistryProcess.start(
            folder.resolve("data"),
            Map.of(
                "MCP_REGISTRY_UPSTREAM_RESTART_DELAY", "100ms",
                "MCP_REGISTRY_UPSTREAM_MAX_RESTART_DELAY", "1s"))) {
      TinyServer server =
          TinyServer.register(registry, "loops", "", "dies-unless", cure.toString());
      Eventually.until(() -> server.instance().path("crashLoop").asBoolean());
      Eventually.status(registry, server.id(), "error");
      int restarts = server.instance().get("restarts").asInt();
      long lines = registry.log().size();
      Eventually.until(() -> {
        JsonNode connection = registry.connection(server.id());
        assertThat(connection.get("status").asText()).isEqualTo("error");
        assertThat(connection.at("/health/message").asText()).contains("exited with code 1");
        return connection.at("/upstream/0/restarts").asInt() >= restarts + 3;
      });
      assertThat(registry.log().size() - lines).isLessThanOrEqualTo(1);
      assertThat(registry.log()).filteredOn(line -> line.contains("crash loop")).hasSize(1);

      Files.createFile(cure);
      Eventually.until(() -> server.is("proving"));
      assertThat(registry.connection(server.id()).get("status").asText()).isEqualTo("error");
      Eventually.until(
          () -> registry.connection(server.id()).get("status").asText().equals("active"));
      // So soon after the loop it is used, and not yet called healthy.
      assertThat(registry.connection(server.id()).at("/health/message").asText())
          .contains("again and again");
      assertThat(server.pid("pid")).isEqualTo(server.instance().get("pid").asLong());
    }
  }
}
