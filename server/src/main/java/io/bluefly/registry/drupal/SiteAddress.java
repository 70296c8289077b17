package io.bluefly.registry.drupal;

import io.bluefly.registry.security.WebOrigin;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;

/**
 * Where a Drupal site is.
 *
 * @param base its address without a slash at the end; has no user, query or fragment
 */
public record SiteAddress(URI base) {
  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when it is none; the message goes on a sentence that names it
   */
  public static SiteAddress parse(String text) {
    try {
      URI uri = new URI(text.strip());
      if (WebOrigin.of(uri) == null
          || !uri.getScheme().toLowerCase(Locale.ROOT).startsWith("http")) {
        throw new IllegalArgumentException("must be an address such as https://drupal.example.com");
      }
      if (uri.getRawUserInfo() != null) {
        throw new IllegalArgumentException(
            "has a user or a password in it: send the key as apiKey, never in an address");
      }
      if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
        throw new IllegalArgumentException(
            "has a query or a fragment: send the site's address alone, and the key as apiKey");
      }
      return new SiteAddress(URI.create(uri.toString().replaceFirst("/+$", "")));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("must be an address such as https://drupal.example.com");
    }
  }

  /** Its scheme, host and port, as settings name them. */
  public WebOrigin origin() {
    return Objects.requireNonNull(WebOrigin.of(base));
  }

  /** The path of core JSON:API. */
  String jsonApi() {
    return base.getRawPath() + "/jsonapi";
  }

  /** By what it is kept: the same site is one, however it is written. */
  String key() {
    return origin() + base.getRawPath();
  }

  @Override
  public String toString() {
    return key();
  }
}
