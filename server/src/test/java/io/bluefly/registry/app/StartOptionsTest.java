package io.bluefly.registry.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.cli.ParseException;
import org.junit.jupiter.api.Test;

class StartOptionsTest {
  @Test
  void settingsHaveTheirFullNames() throws Exception {
    StartOptions options =
        StartOptions.parse("start", "--port", "0", "--data-dir=d", "--config=other.yaml");
    assertThat(options.settings())
        .isEqualTo(Map.of("mcp-registry.port", "0", "mcp-registry.data-dir", "d"));
    assertThat(options.file()).isEqualTo(Path.of("other.yaml"));
    assertThat(options.help() || options.version()).isFalse();
    assertThat(StartOptions.parse("--host", "h").settings())
        .isEqualTo(Map.of("mcp-registry.host", "h"));
    assertThat(StartOptions.parse("--data-dir", "\"q\"").settings())
        .isEqualTo(Map.of("mcp-registry.data-dir", "\"q\""));
  }

  @Test
  void helpAndVersionAreTold() throws Exception {
    assertThat(StartOptions.parse("start", "-h").help()).isTrue();
    assertThat(StartOptions.parse("start", "--version").version()).isTrue();
  }

  @Test
  void whatIsWrongIsNamed() {
    refused("--prot", "start", "--prot", "1");
    refused("--por", "start", "--por", "1"); // No guesses at what was meant.
    refused("port", "start", "--port");
    refused("--port is given more than once", "start", "--port=1", "--port=2");
    refused("--config needs a value", "start", "--config=");
    refused("'stop'", "start", "stop");
    refused("'start'", "start", "start");
    refused("'stop'", "stop");
  }

  private static void refused(String named, String... args) {
    assertThatThrownBy(() -> StartOptions.parse(args))
        .isInstanceOf(ParseException.class)
        .hasMessageContaining(named);
  }
}
