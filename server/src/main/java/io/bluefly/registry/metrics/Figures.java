package io.bluefly.registry.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, at one moment.
 *
 * @param calls calls that ended, restarts of the registry included
 * @param inFlight calls that have begun and not ended
 * @param requestsPerMinute calls that ended in the last 60 s, since the start at most
 * @param recentRequests calls that ended in the last five minutes, since the start at most
 * @param recentErrors those of them that ended in an error
 */
public record Figures(
    CallTotals calls,
    int inFlight,
    long requestsPerMinute,
    long recentRequests,
    long recentErrors) {
  /** Nothing measured yet. */
  public static final Figures NONE = new Figures(CallTotals.NONE, 0, 0, 0, 0);

  /** Calls that ended. */
  public long requests() {
    return calls.requests();
  }

  /** Those of them that ended in an error. */
  public long errors() {
    return calls.errors();
  }

  /** Mean in ms, 0 without calls. */
  public double averageLatency() {
    return calls.averageLatency();
  }

  /** Share of errors among all calls, 0..1. */
  public double errorRate() {
    return calls.errorRate();
  }

  /** Share of errors in the last five minutes, 0..1. */
  public double recentErrorRate() {
    return recentRequests == 0 ? 0 : Math.min(1, (double) recentErrors / recentRequests);
  }

  /** When the last call ended. */
  public @Nullable Instant lastActiveAt() {
    return calls.lastActiveAt();
  }

  /** Both together. */
  public Figures plus(Figures other) {
    return new Figures(
        calls.plus(other.calls),
        inFlight + other.inFlight,
        requestsPerMinute + other.requestsPerMinute,
        recentRequests + other.recentRequests,
        recentErrors + other.recentErrors);
  }
}
