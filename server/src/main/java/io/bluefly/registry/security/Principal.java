package io.bluefly.registry.security;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a request, and what they may do. Sessions and what clients carry for the registry
 * belong to the {@link #id}.
 */
public final class Principal {
  /** Everybody, where the registry listens on loopback without keys. */
  public static final Principal ANYBODY =
      new Principal("anybody", "anybody", EnumSet.of(Permission.ADMIN), Scope.ALL, null);

  /** Who asks what is open to all, and has not said who they are. */
  public static final Principal NOBODY =
      new Principal("nobody", "nobody", Set.of(), Scope.ALL, null);

  private final String id;
  private final String name;
  private final Set<Permission> permissions;
  private final Scope scope;
  private final @Nullable Instant expiresAt;
  private volatile boolean revoked;

  /**
   * Somebody who was let in.
   *
   * @param id stable, and nobody else's: {@code admin}, {@code key-…}, or issuer and subject
   * @param name for people
   * @param expiresAt until when; null for ever
   */
  public Principal(
      String id,
      String name,
      Set<Permission> permissions,
      Scope scope,
      @Nullable Instant expiresAt) {
    this.id = id;
    this.name = name;
    this.permissions = Set.copyOf(permissions);
    this.scope = scope;
    this.expiresAt = expiresAt;
  }

  /** Stable, and nobody else's. */
  public String id() {
    return id;
  }

  /** For people; may be somebody else's, too. */
  public String name() {
    return name;
  }

  /** What was granted. */
  public Set<Permission> permissions() {
    return permissions;
  }

  /** Which connections that is for. */
  public Scope scope() {
    return scope;
  }

  /** Until when they are let in; null for ever. */
  public @Nullable Instant expiresAt() {
    return expiresAt;
  }

  /** Whether they may do that, to what is in their {@link #scope}. */
  public boolean may(Permission permission) {
    return permissions.contains(permission) || permissions.contains(Permission.ADMIN);
  }

  /** Whether what they have begun may go on. */
  public boolean isCurrent(Instant now) {
    return !revoked && (expiresAt == null || now.isBefore(expiresAt));
  }

  /** Whether they were told to go: then also what does not take long may not go on. */
  public boolean isRevoked() {
    return revoked;
  }

  /** From now on they may do nothing more. */
  void revoke() {
    revoked = true;
  }
}
