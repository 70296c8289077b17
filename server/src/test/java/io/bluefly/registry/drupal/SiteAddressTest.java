package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SiteAddressTest {
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          https://drupal.example.com,          https://drupal.example.com,      /jsonapi
          https://drupal.example.com/,         https://drupal.example.com,      /jsonapi
          https://drupal.example.com///,       https://drupal.example.com,      /jsonapi
          '  https://drupal.example.com  ',    https://drupal.example.com,      /jsonapi
          https://DRUPAL.example.COM,          https://drupal.example.com,      /jsonapi
          https://drupal.example.com:443,      https://drupal.example.com,      /jsonapi
          http://drupal.example.com:80/,       http://drupal.example.com,       /jsonapi
          https://drupal.example.com:8443/,    https://drupal.example.com:8443, /jsonapi
          https://drupal.example.com/site,     https://drupal.example.com/site, /site/jsonapi
          https://drupal.example.com/site/a/,  https://drupal.example.com/site/a, /site/a/jsonapi
          https://drupal.example.com/S%20%C3%BC, https://drupal.example.com/S%20%C3%BC, /S%20%C3%BC/jsonapi
          http://127.0.0.1:8080,               http://127.0.0.1:8080,           /jsonapi
          http://[::1]:8080/,                  http://[::1]:8080,               /jsonapi
          """)
  void theSameSiteIsOneHoweverItIsWritten(String text, String key, String jsonApi) {
    SiteAddress address = SiteAddress.parse(text);
    assertThat(address.key()).isEqualTo(key).isEqualTo(address.toString());
    assertThat(address.jsonApi()).isEqualTo(jsonApi);
  }

  @Test
  void pathsAreOtherSitesOfOneOrigin() {
    SiteAddress one = SiteAddress.parse("https://drupal.example.com/one");
    SiteAddress other = SiteAddress.parse("https://drupal.example.com/other");
    assertThat(one.key()).isNotEqualTo(other.key());
    assertThat(one.origin()).isEqualTo(other.origin());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "drupal.example.com",
        "//drupal.example.com",
        "https://",
        "https:///path",
        "https:drupal.example.com",
        "https://drupal example.com",
        "https://drupal.example.com/\n",
        "ftp://drupal.example.com",
        "ws://drupal.example.com",
        "wss://drupal.example.com",
        "file:///etc/passwd",
        "${SITE}"
      })
  void whatIsNoAddressIsRefused(String text) {
    String sent = text.endsWith("\n") ? text + "x" : text;
    assertThatThrownBy(() -> SiteAddress.parse(sent))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be an address such as");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://user@drupal.example.com",
        "https://user:s3cret@drupal.example.com",
        "https://@drupal.example.com",
        "https://drupal.example.com?key=s3cret",
        "https://drupal.example.com/?",
        "https://drupal.example.com/a?key=s3cret",
        "https://drupal.example.com#s3cret",
        "https://drupal.example.com/#"
      })
  void aKeyHasNoPlaceInAnAddress(String text) {
    assertThatThrownBy(() -> SiteAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("apiKey")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void aSchemeMayBeWrittenInUpperCaseAsTheHost() {
    assertThat(SiteAddress.parse("HTTPS://Drupal.example.com").key())
        .isEqualTo("https://drupal.example.com");
  }
}
