package io.bluefly.registry.metrics;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What happened within some time.
 *
 * @param from when it began
 * @param pool whose; empty for the whole registry
 * @param counts calls that ended, and calls that were going on: of several points the most
 * @param connections how many there were at the end; only of the whole registry
 */
public record HistoryPoint(
    Instant from, String pool, PoolCounts counts, @Nullable ConnectionCounts connections) {
  /** The pool of points of the whole registry. */
  public static final String REGISTRY = "";

  /** This one and what came later as one. */
  HistoryPoint with(HistoryPoint later) {
    PoolCounts sum = counts.plus(later.counts);
    int most = Math.max(counts.inFlight(), later.counts.inFlight());
    return new HistoryPoint(
        from,
        pool,
        new PoolCounts(sum.calls(), sum.latencies(), most),
        later.connections == null ? connections : later.connections);
  }

  /** The same, begun at {@code earlier}. */
  HistoryPoint since(Instant earlier) {
    return new HistoryPoint(earlier, pool, counts, connections);
  }
}
