package io.bluefly.registry.metrics;

import java.util.List;

/**
 * What a client tells of the calls that it made without the registry, since it told so before.
 *
 * @param inFlight its calls that are going on now, 0..{@value #MOST_IN_FLIGHT}
 * @param requests calls that ended, 0..{@value #MOST_REQUESTS}
 * @param errors those of them that ended in an error
 * @param latencies of some or all of them, in ms, 0..{@value #LONGEST} each; at most {@value
 *     #MOST_LATENCIES} of them, at least one where there are requests: they stand for all
 */
public record Usage(int inFlight, long requests, long errors, List<Double> latencies) {
  static final int MOST_IN_FLIGHT = 100_000;
  static final long MOST_REQUESTS = 1_000_000;
  static final int MOST_LATENCIES = 1_000;
  static final double LONGEST = 86_400_000;

  /** Checks the ranges. */
  public Usage {
    latencies = List.copyOf(latencies);
    require(inFlight >= 0 && inFlight <= MOST_IN_FLIGHT, "inFlight");
    require(requests >= 0 && requests <= MOST_REQUESTS, "requests");
    require(errors >= 0 && errors <= requests, "errors");
    require(latencies.size() <= Math.min(requests, MOST_LATENCIES), "latencies");
    require(requests == 0 || !latencies.isEmpty(), "latencies");
    require(latencies.stream().allMatch(ms -> ms >= 0 && ms <= LONGEST), "latencies");
  }

  private static void require(boolean condition, String field) {
    if (!condition) {
      throw new IllegalArgumentException(field + " out of range");
    }
  }
}
