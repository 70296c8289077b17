package io.bluefly.registry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.capabilities.DefinitionPolicy;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.config.ConfigReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The policy as people write it. */
class DefinitionSettingsTest {
  @TempDir Path folder;

  private DefinitionPolicy policy(String written) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("registry.yaml"),
            "mcp-registry:\n  port: 1\n"
                + (written.isEmpty() ? "" : "  definitions:\n    policy: " + written));
    return ConfigReader.read(RegistrySettings.class, Map.of(), Map.of(), file)
        .definitions()
        .policy();
  }

  @Test
  void itMayBeWrittenWithoutQuotes() throws Exception {
    assertThat(policy("")).isEqualTo(DefinitionPolicy.WARN);
    assertThat(policy("off")).isEqualTo(DefinitionPolicy.OFF);
    assertThat(policy("'off'")).isEqualTo(DefinitionPolicy.OFF);
    assertThat(policy("block")).isEqualTo(DefinitionPolicy.BLOCK);
  }

  @Test
  void anotherOneIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> policy("strict"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("mcp-registry.definitions.policy")
        .hasMessageContaining("off, warn, block");
  }
}
