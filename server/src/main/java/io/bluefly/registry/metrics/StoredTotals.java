package io.bluefly.registry.metrics;

/**
 * Totals as they are kept over a restart.
 *
 * @param connectionId whose; empty for the whole registry's
 * @param capability which capability of it; empty for all its calls together
 * @param calls the sums
 * @param latencies how long the calls took
 */
public record StoredTotals(
    String connectionId, String capability, CallTotals calls, LatencyCounts latencies) {
  /** The id of the whole registry's, and the capability of what is all of a connection. */
  static final String ALL = "";
}
