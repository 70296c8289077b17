package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
  private static final SecretUser COMMAND = new SecretUser.Command("files");

  @TempDir Path folder;

  private final Map<String, String> environment =
      Map.of("TOKEN", "a$1\\b-value", "OTHER", "not yours", "EMPTY", "", "BOUND", "b-value");
  private final Secrets secrets = of("TOKEN", "EMPTY", "UNSET");

  private Secrets of(String... entries) {
    return new Secrets(List.of(entries), environment::get);
  }

  private Secrets ofFiles(String... entries) {
    return new Secrets(List.of(entries), new SecretFiles(folder).orElse(environment::get));
  }

  private static SecretUser at(String url) {
    return new SecretUser.Address(URI.create(url));
  }

  @Test
  void allowedNamesAreResolvedWhereverTheyStand() throws Exception {
    assertThat(secrets.resolve("Bearer ${TOKEN}, ${TOKEN}", COMMAND))
        .isEqualTo("Bearer a$1\\b-value, a$1\\b-value");
    assertThat(secrets.resolve("$TOKEN ${} ${not a name}", COMMAND))
        .isEqualTo("$TOKEN ${} ${not a name}");
  }

  @Test
  void otherNamesAreNamedAndNeverResolved() {
    assertThatThrownBy(() -> secrets.resolve("x ${OTHER}", COMMAND))
        .isInstanceOf(UnknownSecretException.class)
        .hasMessageContaining("OTHER")
        .hasMessageContaining("MCP_REGISTRY_SECRETS")
        .message()
        .doesNotContain("not yours");
    assertThatThrownBy(() -> secrets.resolve("${EMPTY}", COMMAND)).hasMessageContaining("EMPTY");
    assertThatThrownBy(() -> secrets.resolve("${UNSET}", COMMAND)).hasMessageContaining("UNSET");
  }

  @Test
  void whatIsBoundToNobodyIsForCommandsAndSentNowhere() {
    assertThatThrownBy(() -> secrets.resolve("${TOKEN}", at("https://evil.example/mcp?a=b")))
        .isInstanceOf(UnknownSecretException.class)
        .hasMessageContaining("TOKEN@https://evil.example to MCP_REGISTRY_SECRETS")
        .message()
        .doesNotContain("value");
  }

  @Test
  void whatIsBoundToAConnectionIsForItsCommandAlone() throws Exception {
    Secrets bound = of("BOUND@files");
    assertThat(bound.resolve("${BOUND}", COMMAND)).isEqualTo("b-value");
    assertThatThrownBy(() -> bound.resolve("${BOUND}", new SecretUser.Command("other")))
        .hasMessageContaining("BOUND@other");
    assertThatThrownBy(() -> bound.resolve("${BOUND}", at("https://files/")))
        .hasMessageContaining("BOUND@https://files");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://a.example/mcp", "https://A.example:443/other?x=y", "wss://a.example/ws"})
  void whatIsBoundToAnOriginIsSentThere(String url) throws Exception {
    assertThat(of("BOUND@https://a.example").resolve("${BOUND}", at(url))).isEqualTo("b-value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a.example/mcp",
        "https://a.example:8443/mcp",
        "https://a.example.evil.example/",
        "https://b.example/https://a.example",
        "ws://a.example/ws"
      })
  void andNowhereElse(String url) {
    assertThatThrownBy(() -> of("BOUND@https://a.example").resolve("${BOUND}", at(url)))
        .isInstanceOf(UnknownSecretException.class);
    assertThatThrownBy(() -> of("BOUND@https://a.example").resolve("${BOUND}", COMMAND))
        .isInstanceOf(UnknownSecretException.class);
  }

  @Test
  void entriesOfOneNameAddUp() throws Exception {
    Secrets both = of("BOUND@https://a.example", "BOUND@files", " BOUND@http://[::1]:8080/ ");
    assertThat(both.resolve("${BOUND}", COMMAND)).isEqualTo("b-value");
    assertThat(both.resolve("${BOUND}", at("https://a.example"))).isEqualTo("b-value");
    assertThat(both.resolve("${BOUND}", at("ws://[::1]:8080/mcp"))).isEqualTo("b-value");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "A B",
        "../etc",
        "A@",
        "A@ftp://a.example",
        "A@https://",
        "A@https://a.example/mcp",
        "A@https://user@a.example",
        "A@https://a.example?x"
      })
  void whatIsNoEntryIsRefused(String entry) {
    assertThatThrownBy(() -> of(entry))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NAME@https://host:port");
  }

  @Test
  void filesComeBeforeTheEnvironmentAndAreReadAnewEachTime() throws Exception {
    Secrets files = ofFiles("TOKEN", "BOUND");
    assertThat(files.resolve("${TOKEN}", COMMAND)).isEqualTo("a$1\\b-value");
    Files.writeString(folder.resolve("TOKEN"), "first-value\n");
    assertThat(files.resolve("${TOKEN}", COMMAND)).isEqualTo("first-value");
    Files.writeString(folder.resolve("TOKEN"), "second\nvalue\r\n");
    assertThat(files.resolve("${TOKEN}", COMMAND)).isEqualTo("second\nvalue");
    assertThat(files.resolve("${BOUND}", COMMAND)).isEqualTo("b-value");
  }

  @Test
  void aFileThatIsTooLargeIsNamedAndNotShown() throws Exception {
    Files.writeString(folder.resolve("TOKEN"), "x".repeat(64 * 1024 + 1));
    assertThatThrownBy(() -> ofFiles("TOKEN").resolve("${TOKEN}", COMMAND))
        .hasMessageContaining("larger than 64 KiB")
        .hasMessageContaining("TOKEN")
        .message()
        .doesNotContain("xxx");
    Files.writeString(folder.resolve("TOKEN"), "x".repeat(64 * 1024));
    assertThat(ofFiles("TOKEN").resolve("${TOKEN}", COMMAND)).hasSize(64 * 1024);
  }

  @Test
  void valuesAreMaskedInForeignText() {
    assertThat(secrets.mask("token=a$1\\b-value!")).isEqualTo("token=***!");
  }

  @Test
  void oldAndNewValuesOfFilesAreMaskedAndSoIsEachOfTheirLines() throws Exception {
    Files.writeString(folder.resolve("TOKEN"), "first-value\n");
    Secrets files = ofFiles("TOKEN");
    assertThat(files.mask("a first-value")).isEqualTo("a ***");
    Files.writeString(folder.resolve("TOKEN"), "BEGIN PRIVATE\nMIIEvQIBADAN\nEND PRIVATE\n");
    assertThat(files.resolve("${TOKEN}", COMMAND)).contains("MIIEvQIBADAN");
    assertThat(files.mask("first-value and MIIEvQIBADAN")).isEqualTo("*** and ***");
  }

  @Test
  void literalValuesThatMayBeSecretsAreNotShown() {
    assertThat(Secrets.shown("Bearer abc")).isEqualTo("***");
    assertThat(Secrets.shown("Bearer ${TOKEN}")).isEqualTo("Bearer ${TOKEN}");
    assertThat(Secrets.shown(List.of("-y", "pkg", "--token", "abc", "--api-key=def", "--verbose")))
        .containsExactly("-y", "pkg", "--token", "***", "--api-key=***", "--verbose");
    assertThat(Secrets.shown(List.of("--token", "${TOKEN}", "--key", "-x")))
        .containsExactly("--token", "${TOKEN}", "--key", "-x");
  }

  @ParameterizedTest
  @CsvSource({
    "https://a.example/mcp, https://a.example/mcp",
    "https://a.example/mcp?api_key=s3cret, https://a.example/mcp?api_key=***",
    "https://a.example?a=s3cret&b&c=#f, https://a.example?a=***&***&c=***#f",
    "https://a.example/mcp?s3cret, https://a.example/mcp?***",
    "wss://a.example/?a=s3cret=s3cret&&b=s3cret%20s3cret?s3cret, wss://a.example/?a=***&&b=***"
  })
  void ofAnAddressTheValuesOfItsQueryAreNotShown(String url, String shown) {
    assertThat(Secrets.shown(URI.create(url))).hasToString(shown);
    assertThat(Secrets.hasMask(shown)).isEqualTo(!url.equals(shown));
    assertThat(Secrets.hasMask(url)).isFalse();
  }

  @Test
  void aValueThatNoVariableCanHaveIsNamedAndNotShown() throws Exception {
    Files.writeString(folder.resolve("TOKEN"), "hunter2\u0000hunter2");
    assertThatThrownBy(() -> ofFiles("TOKEN").resolve("x ${TOKEN}", COMMAND))
        .isInstanceOf(UnknownSecretException.class)
        .hasMessageContaining("${TOKEN} has a NUL character")
        .message()
        .doesNotContain("hunter2");
  }
}
