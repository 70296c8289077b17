package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteRulesTest {
  private final SiteRules rules =
      new SiteRules(List.of("https://drupal.example.com", " http://Other.Example.com:8080/ "));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://drupal.example.com",
        "https://DRUPAL.example.com:443/",
        "https://drupal.example.com/site/a",
        "http://other.example.com:8080",
        "http://OTHER.example.com:8080/site"
      })
  void aListedOriginMayBeSyncedWithAtAnyPath(String address) {
    assertThatCode(() -> rules.require(SiteAddress.parse(address))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://drupal.example.com",
        "https://drupal.example.com:8443",
        "https://www.drupal.example.com",
        "https://drupal.example.com.evil.example",
        "https://example.com",
        "http://other.example.com",
        "https://other.example.com:8080"
      })
  void anyOtherIsRefusedWithTheWayOut(String address) {
    SiteAddress site = SiteAddress.parse(address);
    assertThatThrownBy(() -> rules.require(site))
        .isInstanceOf(SyncRefusedException.OriginNotListed.class)
        .hasMessageContaining(site.origin().toString())
        .hasMessageContaining("MCP_REGISTRY_DRUPAL_ORIGINS");
  }

  @Test
  void withoutAListThereIsNoSync() {
    assertThatThrownBy(
            () -> new SiteRules(List.of()).require(SiteAddress.parse("https://drupal.example.com")))
        .isInstanceOf(SyncRefusedException.OriginNotListed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "*",
        "drupal.example.com",
        "https://*.example.com",
        "https://drupal.example.com/site",
        "https://user@drupal.example.com",
        "https://drupal.example.com?a",
        "ws://drupal.example.com"
      })
  void anEntryThatIsNoOriginIsNamed(String entry) {
    assertThatThrownBy(() -> new SiteRules(List.of("https://a.example", entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'"
                + entry
                + "' is no origin; write https://host or https://host:port, without a path");
  }
}
