package io.bluefly.registry.upstream;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that a stdio server ends on the modern greeting and speaks legacy MCP, so that not each
 * restart has to start it twice. After a day it is asked again: it may have been upgraded.
 */
final class ProbeMemory {
  /** How long the verdict stands. */
  static final Duration VALID = Duration.ofHours(24);

  private volatile @Nullable Instant since;

  /** When the server was found to be legacy, if that still stands at {@code now}; else null. */
  @Nullable Instant legacySince(Instant now) {
    Instant found = since;
    return found != null && now.isBefore(found.plus(VALID)) ? found : null;
  }

  /** The server ended on the modern greeting, and then took the legacy one. */
  void foundLegacy(Instant now) {
    since = now;
  }

  /** The verdict does not fit any more. */
  void forget() {
    since = null;
  }
}
