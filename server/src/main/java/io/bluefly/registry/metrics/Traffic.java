package io.bluefly.registry.metrics;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What happened to calls in the last minute, in slots of five seconds: how many arrived, how many
 * were answered and how many in vain, and for how long they were in flight altogether. Little's law
 * turns these into a concurrency: L = λ · W (J. D. C. Little, "A Proof for the Queuing Formula L =
 * λW", Operations Research 9, 1961).
 */
public final class Traffic {
  /** How far back it remembers. */
  public static final Duration SPAN = Duration.ofMinutes(1);

  private static final long SLOT_NANOS = Duration.ofSeconds(5).toNanos();
  private static final int SLOTS = 12;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final long[] NOTHING = {};

  /** What a slot consists of: its number, then these sums. */
  private static final int ARRIVALS = 1;

  private static final int ENDS = 2;
  private static final int ERRORS = 3;
  private static final int BUSY = 4;
  private static final int SIZE = 5;

  /** All slots in one piece; none before anything has happened, for most servers rest. */
  private long @Nullable [] slots;

  private final long since;

  /** Nothing has happened yet at {@code nanos}, a reading of a monotonic clock. */
  public Traffic(long nanos) {
    since = nanos;
  }

  private void add(long nanos, int sum, long amount) {
    long[] all = slots == null ? empty() : slots;
    long number = Math.floorDiv(nanos, SLOT_NANOS);
    int slot = Math.floorMod(number, SLOTS) * SIZE;
    if (all[slot] != number) {
      Arrays.fill(all, slot, slot + SIZE, 0);
      all[slot] = number;
    }
    all[slot + sum] += amount;
  }

  private long[] empty() {
    long[] fresh = new long[SLOTS * SIZE];
    for (int slot = 0; slot < fresh.length; slot += SIZE) {
      fresh[slot] = Long.MIN_VALUE;
    }
    slots = fresh;
    return fresh;
  }

  /** A call has arrived. */
  public synchronized void arrived(long nanos) {
    add(nanos, ARRIVALS, 1);
  }

  /** A call has ended after {@code busyNanos} in flight. */
  public synchronized void ended(long nanos, long busyNanos, boolean error) {
    add(nanos, ENDS, 1);
    add(nanos, BUSY, busyNanos);
    if (error) {
      add(nanos, ERRORS, 1);
    }
  }

  /** Calls that were made elsewhere are reported; they arrived and ended by now. */
  public synchronized void reported(long nanos, long calls, long failed, long busyNanos) {
    add(nanos, ARRIVALS, calls);
    add(nanos, ENDS, calls);
    add(nanos, ERRORS, failed);
    add(nanos, BUSY, busyNanos);
  }

  /** Nothing has happened yet. */
  public synchronized void clear() {
    slots = null;
  }

  /** The sum of the last minute, or of the time since the begin where that is less. */
  public synchronized Sum sum(long nanos) {
    long newest = Math.floorDiv(nanos, SLOT_NANOS);
    long[] sums = new long[SIZE];
    long[] all = slots == null ? NOTHING : slots;
    for (int slot = 0; slot < all.length; slot += SIZE) {
      if (all[slot] > newest - SLOTS && all[slot] <= newest) {
        for (int sum = ARRIVALS; sum < SIZE; sum++) {
          sums[sum] += all[slot + sum];
        }
      }
    }
    long oldest = (newest - SLOTS + 1) * SLOT_NANOS;
    double seconds = (nanos - Math.max(oldest, since)) / NANOS_PER_SECOND;
    return new Sum(sums[ARRIVALS], sums[ENDS], sums[ERRORS], sums[BUSY], Math.max(1, seconds));
  }

  /**
   * What happened within a time.
   *
   * @param seconds how long that was, at least 1
   */
  public record Sum(long arrivals, long ends, long errors, long busyNanos, double seconds) {
    /** Nothing. */
    public static final Sum NONE = new Sum(0, 0, 0, 0, 1);

    /** Both together. */
    public Sum plus(Sum other) {
      return new Sum(
          arrivals + other.arrivals,
          ends + other.ends,
          errors + other.errors,
          busyNanos + other.busyNanos,
          Math.max(seconds, other.seconds));
    }

    /** Calls that arrived per second. */
    public double arrivalRate() {
      return arrivals / seconds;
    }

    /** Time in flight of a call that ended, in ms; 0 without one. */
    public double serviceMillis() {
      return ends == 0 ? 0 : busyNanos / NANOS_PER_MILLI / ends;
    }

    /** Share of those that ended in vain, 0..1. */
    public double errorRate() {
      return ends == 0 ? 0 : (double) errors / ends;
    }

    /** Little's law: calls that are in flight at once on average, at this rate of arrival. */
    public double concurrency() {
      return arrivalRate() * serviceMillis() / 1e3;
    }
  }
}
