package io.bluefly.registry.capabilities;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a person should look at.
 *
 * @param name in printable ASCII; all else is escaped
 * @param kind how it differs from what was approved; null when it does not, and is flagged
 * @param flags what is in its definition
 */
public record ToolChange(String name, Pin.@Nullable Kind kind, List<Flag> flags) {
  /** Copies the flags. */
  public ToolChange {
    flags = List.copyOf(flags);
  }
}
