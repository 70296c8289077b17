package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Picks the connection for a call among those that may stand in for each other: the least loaded of
 * those that are open. Ties break at random, so that equal servers share evenly.
 */
public final class Balancer {
  /** More than any load. */
  private static final double BOUND = 1e9;

  private final Upstreams upstreams;
  private final Ranking ranking;

  /** Picks by the load that {@code ranking} knows. */
  public Balancer(Upstreams upstreams, Ranking ranking) {
    this.upstreams = upstreams;
    this.ranking = ranking;
  }

  /**
   * The best of {@code candidates}; none when there are none.
   *
   * @param bound ids of connections that the caller is bound to already, and takes if they are open
   */
  public Optional<Connection> pick(Collection<Connection> candidates, Set<String> bound) {
    Connection best = null;
    double least = Double.POSITIVE_INFINITY;
    int ties = 0;
    for (Connection candidate : candidates) {
      double cost = cost(candidate, bound);
      if (best == null || cost < least) {
        best = candidate;
        least = cost;
        ties = 1;
      } else if (cost == least && ThreadLocalRandom.current().nextInt(++ties) == 0) {
        best = candidate;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Load, under that of every connection that is not open; under 0 where the caller is bound. */
  private double cost(Connection candidate, Set<String> bound) {
    double load = ranking.load(candidate);
    boolean open = upstreams.find(candidate.id()).map(Upstream::isOpen).orElse(false);
    if (!open) {
      return Double.MAX_VALUE;
    }
    return bound.contains(candidate.id()) ? load - BOUND : load;
  }
}
