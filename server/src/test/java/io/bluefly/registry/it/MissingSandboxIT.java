package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Refusal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a sandbox is demanded and can't be had nothing is started, with any bubblewrap or none. */
class MissingSandboxIT {
  private static final String EXECUTABLE = "MCP_REGISTRY_SANDBOX_EXECUTABLE";

  @TempDir Path folder;

  @Test
  void aRegistryThatRequiresItDoesNotStart() throws Exception {
    Refusal missing = refused("no-such-bwrap");
    assertThat(missing.exitCode()).isEqualTo(1);
    assertThat(missing.message())
        .startsWith("With mcp-registry.sandbox.required no server can be started: ")
        .contains("'no-such-bwrap' is not in the registry's PATH: install the package bubblewrap");

    Path standIn = Files.writeString(folder.resolve("bwrap"), "#!/bin/sh\necho no >&2; exit 1\n");
    Files.setPosixFilePermissions(standIn, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(refused(standIn.toString()).message())
        .contains("bubblewrap can't make a sandbox here (no)");
  }

  private Refusal refused(String executable) throws Exception {
    return RegistryProcess.refused(
        Files.createDirectories(folder.resolve("data")),
        RegistryProcess.freePort(),
        Map.of("MCP_REGISTRY_SANDBOX_REQUIRED", "true", EXECUTABLE, executable));
  }

  @Test
  void aConnectionThatAsksForItIsNotStartedWithout() throws Exception {
    Path trace = folder.resolve("trace");
    try (RegistryProcess registry =
        RegistryProcess.start(folder.resolve("data"), Map.of(EXECUTABLE, "no-such-bwrap"))) {
      String id =
          registry.register(
              """
              {"name": "careful", "type": "server", "protocol": "stdio",
               "endpoint": {"command": "sh", "args": ["-c", "touch %s"],
                 "sandbox": {"writable": ["%s"]}}}
              """
                  .formatted(trace, Files.createDirectories(folder.resolve("work"))));
      JsonNode connection = Eventually.status(registry, id, "error");
      assertThat(connection.at("/health/reason").asText()).isEqualTo("configuration");
      assertThat(connection.at("/health/message").asText()).contains("package bubblewrap");
      Eventually.until(() -> registry.connection(id).at("/upstream/0").has("nextAttemptAt"));
      assertThat(trace).doesNotExist();
    }
  }
}
