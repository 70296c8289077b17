package io.bluefly.registry.balancing;

import java.time.Duration;

/**
 * How many calls of a pool may be sent a second time, so that retries never multiply the load of a
 * pool that is in trouble: one for every five calls, and a few per second beside those, for pools
 * with little to do. A bucket of tokens; what is not used is kept for ten seconds' worth.
 *
 * <p>Retry budgets, by Twitter's Finagle ({@code com.twitter.finagle.service.RetryBudget}), whose
 * figures these are.
 */
final class RetryBudget {
  private static final double PER_CALL = 0.2;
  private static final double PER_SECOND = 10;
  private static final double MOST = PER_SECOND * 10;
  private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

  private double tokens = MOST;
  private long at;

  /** A full budget at {@code nanos}, a reading of a monotonic clock. */
  RetryBudget(long nanos) {
    at = nanos;
  }

  /** A call has arrived. */
  synchronized void deposit() {
    tokens = Math.min(MOST, tokens + PER_CALL);
  }

  /** Takes one retry, if there is one. */
  synchronized boolean tryWithdraw(long nanos) {
    tokens = Math.min(MOST, tokens + Math.max(0, nanos - at) / NANOS_PER_SECOND * PER_SECOND);
    at = Math.max(at, nanos);
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
