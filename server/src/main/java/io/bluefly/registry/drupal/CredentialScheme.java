package io.bluefly.registry.drupal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Locale;
import java.util.Map;

/** How a Drupal site is told who asks: always a header, never a part of the address. */
public enum CredentialScheme {
  /** {@code X-API-Key: <key>}. */
  X_API_KEY,
  /** {@code api-key: <key>}, the name that the module key_auth has by default. */
  API_KEY,
  /** {@code Authorization: Bearer <token>}. */
  BEARER,
  /** {@code Authorization: Basic …}; the key is {@code user:password}. */
  BASIC;

  /** The name in settings. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The header that says {@code key}. */
  Map.Entry<String, String> header(String key) {
    return switch (this) {
      case X_API_KEY -> Map.entry("x-api-key", key);
      case API_KEY -> Map.entry("api-key", key);
      case BEARER -> Map.entry("authorization", "Bearer " + key);
      case BASIC ->
          Map.entry(
              "authorization", "Basic " + Base64.getEncoder().encodeToString(key.getBytes(UTF_8)));
    };
  }
}
