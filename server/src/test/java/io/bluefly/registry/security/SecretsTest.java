package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretsTest {
  private final Map<String, String> environment =
      Map.of("TOKEN", "a$1\\b-value", "OTHER", "not yours", "EMPTY", "");
  private final Secrets secrets = new Secrets(List.of("TOKEN", "EMPTY", "UNSET"), environment::get);

  @Test
  void allowedNamesAreResolvedWhereverTheyStand() throws Exception {
    assertThat(secrets.resolve("Bearer ${TOKEN}, ${TOKEN}"))
        .isEqualTo("Bearer a$1\\b-value, a$1\\b-value");
    assertThat(secrets.resolve("$TOKEN ${} ${not a name}")).isEqualTo("$TOKEN ${} ${not a name}");
  }

  @Test
  void otherNamesAreNamedAndNeverResolved() {
    assertThatThrownBy(() -> secrets.resolve("x ${OTHER}"))
        .isInstanceOf(UnknownSecretException.class)
        .hasMessageContaining("OTHER")
        .hasMessageContaining("MCP_REGISTRY_SECRETS")
        .message()
        .doesNotContain("not yours");
    assertThatThrownBy(() -> secrets.resolve("${EMPTY}")).hasMessageContaining("EMPTY");
    assertThatThrownBy(() -> secrets.resolve("${UNSET}")).hasMessageContaining("UNSET");
  }

  @Test
  void valuesAreMaskedInForeignText() {
    assertThat(secrets.mask("token=a$1\\b-value!")).isEqualTo("token=***!");
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
}
