package io.bluefly.registry.capabilities;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.events.Event;
import java.time.Instant;
import java.util.Set;

/** What happens to the catalogue. */
public sealed interface CapabilityEvent extends Event {
  /**
   * A server's lists were read and are not what they were.
   *
   * @param kinds whose definitions changed
   */
  record Changed(String connectionId, Set<Kind> kinds, Instant timestamp)
      implements CapabilityEvent {
    /** Copies the kinds. */
    public Changed {
      kinds = Set.copyOf(kinds);
    }
  }
}
