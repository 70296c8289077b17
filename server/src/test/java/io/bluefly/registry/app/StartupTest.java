package io.bluefly.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.config.ConfigReader;
import io.bluefly.registry.security.CommandRefusal;
import io.bluefly.registry.security.SandboxRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the start makes of settings. */
class StartupTest {
  @TempDir Path folder;

  @Test
  void theRegistrysOwnFilesAreSecretToSandboxes() throws Exception {
    folder = folder.toRealPath();
    Path data = Files.createDirectories(folder.resolve("data"));
    Path certificate = Files.writeString(folder.resolve("tls.crt"), "");
    Path key = Files.writeString(folder.resolve("tls.key"), "");
    Path file =
        Files.writeString(
            folder.resolve("registry.yaml"),
            "mcp-registry:\n  data-dir: %s\n  tls:\n    certificate: %s\n    key: %s\n"
                .formatted(data, certificate, key));
    RegistrySettings settings = ConfigReader.read(RegistrySettings.class, Map.of(), Map.of(), file);
    List<String> asked =
        List.of(data.toString(), certificate.toString(), key.toString(), file.toString());
    assertThat(
            Startup.readRules(settings, Map.of(), file)
                .sandbox()
                .refusals(new SandboxRequest(asked, List.of(), false), List.of()))
        .extracting(CommandRefusal::field)
        .containsExactly(
            "endpoint/sandbox/readable/0",
            "endpoint/sandbox/readable/2",
            "endpoint/sandbox/readable/3");
  }
}
