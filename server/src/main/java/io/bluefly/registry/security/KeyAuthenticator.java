package io.bluefly.registry.security;

import org.jspecify.annotations.Nullable;

/** Knows who has a key; leaves what is no key to another. */
public final class KeyAuthenticator implements Authenticator {
  private static final Identity NONE = new Identity.Unknown("No key was sent");
  private static final Identity WRONG =
      new Identity.Unknown("The key is unknown, has expired or was deleted");

  private final ApiKeys keys;
  private final @Nullable Authenticator tokens;

  /**
   * Asks {@code keys}.
   *
   * @param tokens is asked about what does not look like a key; null when only keys count
   */
  public KeyAuthenticator(ApiKeys keys, @Nullable Authenticator tokens) {
    this.keys = keys;
    this.tokens = tokens;
  }

  @Override
  public Identity identify(@Nullable String credentials) {
    if (credentials == null || credentials.isEmpty()) {
      return NONE;
    }
    Principal principal = keys.find(credentials);
    if (principal != null) {
      return new Identity.Known(principal);
    }
    return tokens == null || credentials.startsWith(ApiKeys.PREFIX)
        ? WRONG
        : tokens.identify(credentials);
  }
}
