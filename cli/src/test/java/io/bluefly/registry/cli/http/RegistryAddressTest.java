package io.bluefly.registry.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RegistryAddressTest {
  @Test
  void anOptionBeatsTheEnvironment() {
    Map<String, String> environment = Map.of("MCP_REGISTRY_URL", "http://elsewhere:1");

    assertThat(RegistryAddress.of("https://here/base/", environment).base())
        .isEqualTo("https://here/base");
    assertThat(RegistryAddress.of(null, environment).base()).isEqualTo("http://elsewhere:1");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, http://10.0.0.1:3100",
    "0.0.0.0,  http://127.0.0.1:3100",
    "::,       http://[::1]:3100",
    "fd00::1,  http://[fd00::1]:3100",
  })
  void theServersOwnVariablesTellWhereItIs(String host, String expected) {
    Map<String, String> environment =
        Map.of("MCP_REGISTRY_HOST", host, "MCP_REGISTRY_PORT", "3100");

    assertThat(RegistryAddress.of(null, environment).base()).isEqualTo(expected);
  }

  @Test
  void theDefaultIsLoopback() {
    assertThat(RegistryAddress.of(null, Map.of()).base()).isEqualTo("http://127.0.0.1:3000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:3000", "ftp://x", "http://", "http://a b", "http://x/?q=1"})
  void whatIsNoAddressIsWrongUsage(String url) {
    assertThatThrownBy(() -> RegistryAddress.of(url, Map.of()))
        .isInstanceOfSatisfying(
            CliException.class,
            e -> {
              assertThat(e.exitCode()).isEqualTo(CliException.USAGE);
              assertThat(e.sentence()).contains(url).contains("http://127.0.0.1:3000");
            });
  }

  @Test
  void whatIsNotPlainIsEncoded() {
    assertThat(RegistryAddress.encoded("a/b c+é")).isEqualTo("a%2Fb%20c%2B%C3%A9");
  }
}
