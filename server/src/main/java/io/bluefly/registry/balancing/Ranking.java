package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.CallMetrics;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Says how loaded connections are, and orders them. */
public final class Ranking {
  private final CallMetrics metrics;

  /** Load is what {@code metrics} counts. */
  public Ranking(CallMetrics metrics) {
    this.metrics = metrics;
  }

  /** A connection and its load: calls in flight over capacity, 0 and up. */
  public record Ranked(Connection connection, double load) {}

  /** A connection's load. */
  public double load(Connection connection) {
    return (double) metrics.inFlight(connection.id()) / connection.registration().capacity();
  }

  /** The connections, best first. */
  public List<Ranked> rank(Stream<Connection> connections, Strategy strategy) {
    Comparator<Ranked> order =
        switch (strategy) {
          case LEAST_LOADED ->
              Comparator.comparingDouble(Ranked::load).thenComparing(r -> r.connection().id());
        };
    return connections.map(c -> new Ranked(c, load(c))).sorted(order).toList();
  }
}
