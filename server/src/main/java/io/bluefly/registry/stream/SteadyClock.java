package io.bluefly.registry.stream;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * For lengths of time: begins with the wall clock's time and goes on evenly, whatever that does.
 */
final class SteadyClock implements InstantSource {
  private final LongSupplier nanos;
  private final Instant start;
  private final long startNanos;

  /**
   * Starts now.
   *
   * @param nanos such as {@link System#nanoTime}
   */
  SteadyClock(InstantSource wall, LongSupplier nanos) {
    this.nanos = nanos;
    this.start = wall.instant();
    this.startNanos = nanos.getAsLong();
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanos.getAsLong() - startNanos);
  }
}
