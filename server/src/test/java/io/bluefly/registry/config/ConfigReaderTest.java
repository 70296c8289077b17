package io.bluefly.registry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  @TempDir Path folder;

  /** Settings of the kinds that the registry has. */
  @ConfigMapping(prefix = "sample")
  public interface Sample {
    /** A number. */
    @WithDefault("3000")
    int port();

    /** A duration. */
    @WithDefault("90s")
    Duration pause();

    /** A list. */
    Optional<List<String>> names();
  }

  private Path file(String yaml) throws Exception {
    return Files.writeString(folder.resolve("settings.yaml"), yaml);
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Path file = file("sample:\n  port: 1\n  pause: 1s\n  names: [a, b]\n");
    Sample all =
        ConfigReader.read(
            Sample.class, Map.of("sample.port", "3"), Map.of("SAMPLE_PORT", "2"), file);
    assertThat(all.port()).isEqualTo(3);
    assertThat(all.pause()).isEqualTo(Duration.ofSeconds(1));
    assertThat(all.names()).contains(List.of("a", "b"));
    Sample two = ConfigReader.read(Sample.class, Map.of(), Map.of("SAMPLE_PORT", "2"), file);
    assertThat(two.port()).isEqualTo(2);
    assertThat(ConfigReader.read(Sample.class, Map.of(), Map.of(), null).port()).isEqualTo(3000);
  }

  @Test
  void whatIsWrongIsNamedInOneSentence() throws Exception {
    Path typo = file("sample:\n  prot: 1\n");
    assertThatThrownBy(() -> ConfigReader.read(Sample.class, Map.of(), Map.of(), typo))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sample.prot");
    assertThatThrownBy(
            () -> ConfigReader.read(Sample.class, Map.of("sample.port", "x"), Map.of(), null))
        .isInstanceOf(ConfigException.class)
        .hasMessage("The setting sample.port can't be \"x\": Expected an integer value, got \"x\"");
    assertThatThrownBy(
            () -> ConfigReader.read(Sample.class, Map.of("sample.port", "5\"x"), Map.of(), null))
        .hasMessageStartingWith("The setting sample.port can't be \"5\"x\": ");
    assertThatThrownBy(
            () -> ConfigReader.read(Sample.class, Map.of(), Map.of("SAMPLE_PORT", ""), null))
        .isInstanceOf(ConfigException.class)
        .hasMessage("The setting sample.port is empty; give it a value or leave it out");
    assertThatThrownBy(
            () -> ConfigReader.read(Sample.class, Map.of(), Map.of("SAMPLE_PAUSE", "soon"), null))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("10m");
    Path broken = file("sample: [\n");
    assertThatThrownBy(() -> ConfigReader.read(Sample.class, Map.of(), Map.of(), broken))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("settings.yaml");
    Path missing = folder.resolve("none.yaml");
    assertThatThrownBy(() -> ConfigReader.read(Sample.class, Map.of(), Map.of(), missing))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none.yaml")
        .hasMessageContaining("--config");
    assertThatThrownBy(() -> ConfigReader.read(Sample.class, Map.of(), Map.of(), folder))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("can't be read");
  }
}
