package io.bluefly.registry.metrics;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts events of the last five minutes in slots of five seconds. Each slot is one long that holds
 * the slot's number and its count, so that adding is one compare-and-set and needs no lock.
 */
final class SlidingWindow {
  private static final long SLOT_NANOS = Duration.ofSeconds(5).toNanos();

  /** One more than five minutes have: the oldest one counts in part. */
  private static final int SLOTS = 61;

  private static final long COUNT_MASK = 0xFFFF_FFFFL;

  private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

  void add(long nanos) {
    add(nanos, 1);
  }

  /** Adds {@code events} at once; a slot counts to {@value #COUNT_MASK}, not beyond. */
  void add(long nanos, long events) {
    long number = Math.floorDiv(nanos, SLOT_NANOS);
    int index = Math.floorMod(number, SLOTS);
    slots.updateAndGet(
        index,
        slot -> {
          long before = slot >>> 32 == (number & COUNT_MASK) ? slot & COUNT_MASK : 0;
          return (number << 32) | Math.min(COUNT_MASK, before + events);
        });
  }

  /**
   * Events within {@code span} (whole slots, at most five minutes) before {@code nanos}. Of the
   * slot in which that time begins, as many count as is left of it: they are taken as evenly
   * spread.
   */
  long count(long nanos, Duration span) {
    long newest = Math.floorDiv(nanos, SLOT_NANOS);
    long oldest = newest - span.toNanos() / SLOT_NANOS;
    double rest = 1 - (double) Math.floorMod(nanos, SLOT_NANOS) / SLOT_NANOS;
    long sum = Math.round(at(oldest) * rest);
    for (long number = oldest + 1; number <= newest; number++) {
      sum += at(number);
    }
    return sum;
  }

  private long at(long number) {
    long slot = slots.get(Math.floorMod(number, SLOTS));
    return slot >>> 32 == (number & COUNT_MASK) ? slot & COUNT_MASK : 0;
  }
}
