package io.bluefly.registry.capabilities;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change that waits for approval.
 *
 * @param before the approved definition, JSON text; null without one, or when it is not stored
 * @param after the definition that is offered now, in the same way
 * @param flags what a person should look at in what is offered now
 */
public record PendingChange(
    Pin pin, Pin.Kind kind, @Nullable String before, @Nullable String after, List<Flag> flags) {
  /** Copies the flags. */
  public PendingChange {
    flags = List.copyOf(flags);
  }
}
