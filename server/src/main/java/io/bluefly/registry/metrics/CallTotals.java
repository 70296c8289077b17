package io.bluefly.registry.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Calls that ended, as sums.
 *
 * @param requests how many
 * @param errors those of them that ended in an error
 * @param micros how long they took altogether, in µs
 * @param lastActiveAt when the last one ended
 */
public record CallTotals(long requests, long errors, long micros, @Nullable Instant lastActiveAt) {
  /** No call. */
  public static final CallTotals NONE = new CallTotals(0, 0, 0, null);

  private static final double MICROS_PER_MILLI = 1_000;

  /** Mean time of a call in ms, 0 without calls. */
  public double averageLatency() {
    return requests == 0 ? 0 : micros / MICROS_PER_MILLI / requests;
  }

  /** Share of errors, 0..1. */
  public double errorRate() {
    return requests == 0 ? 0 : (double) errors / requests;
  }

  /** Both together. */
  public CallTotals plus(CallTotals other) {
    return new CallTotals(
        requests + other.requests,
        errors + other.errors,
        micros + other.micros,
        later(lastActiveAt, other.lastActiveAt));
  }

  /** What has come since it was {@code before}. */
  CallTotals minus(CallTotals before) {
    return new CallTotals(
        requests - before.requests, errors - before.errors, micros - before.micros, lastActiveAt);
  }

  static @Nullable Instant later(@Nullable Instant a, @Nullable Instant b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isAfter(b) ? a : b;
  }
}
