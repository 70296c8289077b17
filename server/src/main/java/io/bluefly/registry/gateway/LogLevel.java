package io.bluefly.registry.gateway;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How severe a log message is (RFC 5424), least severe first. */
enum LogLevel {
  DEBUG,
  INFO,
  NOTICE,
  WARNING,
  ERROR,
  CRITICAL,
  ALERT,
  EMERGENCY,
  /** Nobody has asked for a level. */
  UNSET;

  /** The level of this name; null for what is none. */
  static @Nullable LogLevel of(@Nullable String wire) {
    for (LogLevel level : values()) {
      if (level != UNSET && level.wire().equals(wire)) {
        return level;
      }
    }
    return null;
  }

  /** The name in messages. */
  String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether somebody who asked for this level wants a message of {@code other}. */
  boolean includes(LogLevel other) {
    return other.compareTo(this) >= 0;
  }
}
