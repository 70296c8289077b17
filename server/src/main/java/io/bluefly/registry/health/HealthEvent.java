package io.bluefly.registry.health;

import io.bluefly.registry.events.Event;
import java.time.Instant;
import java.util.Locale;

/** What happens to a connection's health. */
public sealed interface HealthEvent extends Event {
  /** A connection's health has another status than before. */
  record Changed(String connectionId, HealthStatus before, Health health, Instant timestamp)
      implements HealthEvent {}

  /**
   * There is news of a connection's health, which may be the same as before: a check, or a call in
   * its place, came to a result; or the health changed without one.
   */
  record Heard(
      String connectionId, HealthStatus before, Health health, Cause cause, Instant timestamp)
      implements HealthEvent {}

  /** What news of health rests on. */
  enum Cause {
    /** A check. */
    CHECK,
    /** Calls of clients. */
    CALLS,
    /** The server was opened, or went down. */
    SERVER;

    /** The name in the API. */
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
