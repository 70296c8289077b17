package io.bluefly.registry.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeyTest {
  @Test
  void anOptionBeatsTheVariableAndThatTheFile(@TempDir Path dataDir) throws IOException {
    Files.writeString(dataDir.resolve("admin.key"), "from-file\n");
    Map<String, String> environment = Map.of("MCP_REGISTRY_KEY", "from-variable");

    assertThat(Key.find("given", dataDir, environment)).isEqualTo(new Key.Found("given", "--key"));
    assertThat(Key.find(null, dataDir, environment))
        .isEqualTo(new Key.Found("from-variable", "MCP_REGISTRY_KEY"));
    assertThat(Key.find(null, dataDir, Map.of()))
        .isEqualTo(new Key.Found("from-file", dataDir.resolve("admin.key").toString()));
  }

  @Test
  void theDataDirectoryMayComeFromTheEnvironment(@TempDir Path dataDir) {
    Map<String, String> environment = Map.of("MCP_REGISTRY_DATA_DIR", dataDir.toString());

    assertThat(Key.find(null, null, environment))
        .isEqualTo(new Key.Missing(dataDir.resolve("admin.key")));
    assertThat(Key.find(null, null, Map.of()))
        .isEqualTo(new Key.Missing(Path.of("./data/admin.key")));
  }

  @Test
  void whatCanNotBeSentIsNoKey() {
    assertThatThrownBy(() -> Key.find("two words", null, Map.of()))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("--key");
  }
}
