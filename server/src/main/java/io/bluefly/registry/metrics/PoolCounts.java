package io.bluefly.registry.metrics;

/**
 * What a pool counted since the start of the registry; it only ever grows.
 *
 * @param calls the calls that ended
 * @param latencies how long they took
 * @param inFlight calls that are going on; this one goes up and down
 */
public record PoolCounts(CallTotals calls, LatencyCounts latencies, int inFlight) {
  /** Nothing. */
  public static final PoolCounts NONE = new PoolCounts(CallTotals.NONE, LatencyCounts.NONE, 0);

  PoolCounts minus(PoolCounts before) {
    return new PoolCounts(calls.minus(before.calls), latencies.minus(before.latencies), inFlight);
  }

  PoolCounts plus(PoolCounts other) {
    return new PoolCounts(
        calls.plus(other.calls), latencies.plus(other.latencies), inFlight + other.inFlight);
  }
}
