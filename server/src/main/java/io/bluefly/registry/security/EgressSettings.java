package io.bluefly.registry.security;

import java.util.List;
import java.util.Optional;

/** Settings of where the registry may connect to. */
public interface EgressSettings {
  /** Whether to this machine's own addresses; by default while it listens on loopback itself. */
  Optional<Boolean> loopback();

  /** Private ranges that it may connect to, such as {@code 10.0.0.0/8}. */
  Optional<List<String>> allowed();
}
