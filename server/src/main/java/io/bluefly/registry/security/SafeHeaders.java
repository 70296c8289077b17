package io.bluefly.registry.security;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * What every answer tells a browser: to take it for what it says it is, to show it in no frame, to
 * give it to no other site and to tell no other site where it came from.
 *
 * @param all names in lower case and values
 * @see <a href="https://owasp.org/www-project-secure-headers/">OWASP Secure Headers Project</a>
 */
public record SafeHeaders(Map<String, String> all) {
  /** Those of a registry without TLS. */
  public static final SafeHeaders PLAIN =
      new SafeHeaders(
          Map.of(
              "x-content-type-options", "nosniff",
              "referrer-policy", "no-referrer",
              "x-frame-options", "DENY",
              "cross-origin-resource-policy", "same-origin"));

  private static final String ONE_YEAR = "max-age=31536000";

  /** Copies them. */
  public SafeHeaders {
    all = Map.copyOf(all);
  }

  /** Those of a registry with TLS, to which a browser shall never speak without it. */
  public static SafeHeaders withTls() {
    Map<String, String> more = new TreeMap<>(PLAIN.all);
    more.put("strict-transport-security", ONE_YEAR);
    return new SafeHeaders(more);
  }

  /** Hands each to {@code to}. */
  public void addTo(BiConsumer<String, String> to) {
    all.forEach(to);
  }

  /** As lines of the head of an answer. */
  public String lines() {
    StringBuilder lines = new StringBuilder();
    new TreeMap<>(all).forEach((name, value) -> lines.append(name + ": " + value + "\r\n"));
    return lines.toString();
  }
}
