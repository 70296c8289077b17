package io.bluefly.registry.security;

import org.jspecify.annotations.Nullable;

/** Tells who sends credentials; never waits, and may be asked on an event loop. */
@FunctionalInterface
public interface Authenticator {
  /** Lets everybody do everything. */
  Authenticator OPEN = _ -> new Identity.Known(Principal.ANYBODY);

  /** Whose {@code credentials} these are; null for none. */
  Identity identify(@Nullable String credentials);
}
