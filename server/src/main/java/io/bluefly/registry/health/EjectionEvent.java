package io.bluefly.registry.health;

import io.bluefly.registry.events.Event;
import java.time.Instant;

/** Instances that leave the rotation for what their calls came to, and return. */
public sealed interface EjectionEvent extends Event {
  /** Which of the connection's instances, 1 and up. */
  int instance();

  /**
   * An instance takes no calls until {@code until}, unless all others are away.
   *
   * @param whole whether all instances of the connection are ejected now
   */
  record Ejected(
      String connectionId,
      int instance,
      String reason,
      Instant until,
      boolean whole,
      Instant timestamp)
      implements EjectionEvent {}

  /** An instance takes calls again, few at first. */
  record Returned(String connectionId, int instance, Instant timestamp) implements EjectionEvent {}
}
