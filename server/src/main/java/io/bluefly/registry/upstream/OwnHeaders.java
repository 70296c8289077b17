package io.bluefly.registry.upstream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The headers of the registry's own in each request to a server, their secrets resolved: those of
 * the endpoint, and a token where it has one, which changes.
 */
public final class OwnHeaders {
  private static final String AUTHORIZATION = "authorization";

  private final Map<String, String> fixed;
  private final @Nullable ClientTokens tokens;
  private volatile Map<String, String> merged;

  private OwnHeaders(Map<String, String> fixed, @Nullable ClientTokens tokens) {
    this.fixed = fixed;
    this.tokens = tokens;
    this.merged = fixed;
  }

  /** Those that stay; by name in lower case. */
  static OwnHeaders fixed(Map<String, String> headers) {
    return new OwnHeaders(headers, null);
  }

  /** The same with the latest of {@code tokens}. */
  static OwnHeaders of(Map<String, String> headers, @Nullable ClientTokens tokens) {
    return new OwnHeaders(headers, tokens);
  }

  /** By name in lower case. */
  Map<String, String> now() {
    String token = tokens == null ? null : tokens.latest();
    if (token == null) {
      return fixed;
    }
    Map<String, String> known = merged;
    String value = "Bearer " + token;
    if (!value.equals(known.get(AUTHORIZATION))) {
      known = new LinkedHashMap<>(fixed);
      known.put(AUTHORIZATION, value);
      merged = known;
    }
    return known;
  }

  /**
   * A server did not accept {@code used}.
   *
   * @return true as soon as there is another token to try with, false when there is none
   */
  CompletableFuture<Boolean> renewed(Map<String, String> used) {
    return tokens == null
        ? CompletableFuture.completedFuture(false)
        : tokens.renewed(used.getOrDefault(AUTHORIZATION, "").replaceFirst("^Bearer ", ""));
  }
}
