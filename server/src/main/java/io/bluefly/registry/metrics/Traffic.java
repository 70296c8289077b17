package io.bluefly.registry.metrics;

import java.time.Duration;

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

  private static final class Slot {
    private long number = Long.MIN_VALUE;
    private long arrivals;
    private long ends;
    private long errors;
    private long busyNanos;

    void begin(long next) {
      number = next;
      arrivals = 0;
      ends = 0;
      errors = 0;
      busyNanos = 0;
    }
  }

  private final Slot[] slots = new Slot[SLOTS];
  private final long since;

  /** Nothing has happened yet at {@code nanos}, a reading of a monotonic clock. */
  public Traffic(long nanos) {
    since = nanos;
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Slot();
    }
  }

  private Slot slot(long nanos) {
    long number = Math.floorDiv(nanos, SLOT_NANOS);
    Slot slot = slots[Math.floorMod(number, SLOTS)];
    if (slot.number != number) {
      slot.begin(number);
    }
    return slot;
  }

  /** A call has arrived. */
  public synchronized void arrived(long nanos) {
    slot(nanos).arrivals++;
  }

  /** A call has ended after {@code busyNanos} in flight. */
  public synchronized void ended(long nanos, long busyNanos, boolean error) {
    Slot slot = slot(nanos);
    slot.ends++;
    slot.busyNanos += busyNanos;
    if (error) {
      slot.errors++;
    }
  }

  /** Calls that were made elsewhere are reported; they arrived and ended by now. */
  public synchronized void reported(long nanos, long calls, long failed, long busyNanos) {
    Slot slot = slot(nanos);
    slot.arrivals += calls;
    slot.ends += calls;
    slot.errors += failed;
    slot.busyNanos += busyNanos;
  }

  /** Nothing has happened yet. */
  public synchronized void clear() {
    for (Slot slot : slots) {
      slot.begin(Long.MIN_VALUE);
    }
  }

  /** The sum of the last minute, or of the time since the begin where that is less. */
  public synchronized Sum sum(long nanos) {
    long newest = Math.floorDiv(nanos, SLOT_NANOS);
    long arrivals = 0;
    long ends = 0;
    long errors = 0;
    long busy = 0;
    for (Slot slot : slots) {
      if (slot.number > newest - SLOTS && slot.number <= newest) {
        arrivals += slot.arrivals;
        ends += slot.ends;
        errors += slot.errors;
        busy += slot.busyNanos;
      }
    }
    long oldest = (newest - SLOTS + 1) * SLOT_NANOS;
    double seconds = (nanos - Math.max(oldest, since)) / NANOS_PER_SECOND;
    return new Sum(arrivals, ends, errors, busy, Math.max(1, seconds));
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
