package io.bluefly.registry.security;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key as it is kept: everything but the key itself.
 *
 * @param id {@code key-} and a unique suffix
 * @param hash SHA-256 of the key, in hexadecimal digits; keys are random enough to need no salt
 * @param expiresAt until when it is good; null for ever
 * @param lastUsedAt when it was last used, to within some seconds; null for never
 */
public record ApiKey(
    String id,
    String name,
    String hash,
    Set<Permission> permissions,
    Scope scope,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant lastUsedAt) {
  /** Copies the permissions. */
  public ApiKey {
    permissions = Set.copyOf(permissions);
  }

  /** The same, last used at another time. */
  ApiKey usedAt(@Nullable Instant last) {
    return new ApiKey(id, name, hash, permissions, scope, createdAt, expiresAt, last);
  }

  /** Whose requests they are that come with this key. */
  Principal principal() {
    return new Principal(id, name, permissions, scope, expiresAt);
  }
}
