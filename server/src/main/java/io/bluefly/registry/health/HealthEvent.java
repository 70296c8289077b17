package io.bluefly.registry.health;

import io.bluefly.registry.events.Event;
import java.time.Instant;

/** What happens to a connection's health. */
public sealed interface HealthEvent extends Event {
  /** A connection's health has another status than before. */
  record Changed(String connectionId, HealthStatus before, Health health, Instant timestamp)
      implements HealthEvent {}
}
