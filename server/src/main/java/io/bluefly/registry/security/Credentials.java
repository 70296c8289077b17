package io.bluefly.registry.security;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a client sends to say who it is: a key or a token, in one of two headers. */
public final class Credentials {
  private static final String BEARER = "bearer ";

  private Credentials() {}

  /**
   * The key or token; null when there is none. Of both headers it is the {@code Authorization}.
   *
   * @param apiKey the header {@code X-API-Key}
   * @param authorization the header {@code Authorization}; what is no bearer token does not count
   */
  public static @Nullable String of(@Nullable String apiKey, @Nullable String authorization) {
    if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
      return authorization.substring(BEARER.length()).strip();
    }
    return apiKey == null ? null : apiKey.strip();
  }
}
