package io.bluefly.registry.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What was measured, at one moment.
 *
 * @param requests calls that ended, since the start of the registry
 * @param errors those of them that ended in an error
 * @param averageLatency mean in ms, 0 without calls
 * @param p95Latency 95th percentile in ms, 0 without calls
 * @param inFlight calls that have begun and not ended
 * @param requestsPerMinute calls that ended in the last 60 s
 * @param recentErrorRate share of errors in the last five minutes, 0..1
 * @param lastActiveAt when the last call ended
 */
public record Figures(
    long requests,
    long errors,
    double averageLatency,
    double p95Latency,
    int inFlight,
    long requestsPerMinute,
    double recentErrorRate,
    @Nullable Instant lastActiveAt) {
  /** Nothing measured yet. */
  public static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, null);

  /** Share of errors since the start, 0..1. */
  public double errorRate() {
    return requests == 0 ? 0 : (double) errors / requests;
  }
}
