package io.bluefly.registry.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts events of the last five minutes in slots of five seconds. Each slot is one long that holds
 * the slot's number and its count, so that adding is one compare-and-set and needs no lock.
 */
final class SlidingWindow {
  private static final long SLOT_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int SLOTS = 60;
  private static final long COUNT_MASK = 0xFFFF_FFFFL;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  void add(long nanos) {
    add(nanos, 1);
  }

  /** Adds {@code events} at once; a slot counts to {@value #COUNT_MASK}, not beyond. */
  void add(long nanos, long events) {
    long number = nanos / SLOT_NANOS;
    int index = Math.floorMod(number, SLOTS);
    slots.updateAndGet(
        index,
        slot -> {
          long before = slot >>> 32 == (number & COUNT_MASK) ? slot & COUNT_MASK : 0;
          return (number << 32) | Math.min(COUNT_MASK, before + events);
        });
  }

  /**
   * Events in the slots that lie within {@code span} (at most five minutes) before {@code nanos}.
   */
  long count(long nanos, Duration span) {
    long newest = nanos / SLOT_NANOS;
    long oldest = newest - span.toNanos() / SLOT_NANOS + 1;
    long sum = 0;
    for (long number = oldest; number <= newest; number++) {
      long slot = slots.get(Math.floorMod(number, SLOTS));
      if (slot >>> 32 == (number & COUNT_MASK)) {
        sum += slot & COUNT_MASK;
      }
    }
    return sum;
  }
}
