package io.bluefly.registry.api;

import io.bluefly.registry.balancing.Pools;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.metrics.CallTotals;
import io.bluefly.registry.metrics.ConnectionCounts;
import io.bluefly.registry.metrics.History;
import io.bluefly.registry.metrics.HistoryPoint;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The figures over time, and for Prometheus. */
final class MetricsApi {
  private static final Duration DEFAULT_SPAN = Duration.ofHours(1);

  private final Connections connections;
  private final Pools pools;
  private final History history;
  private final MetricsPage page;
  private final InstantSource clock;

  MetricsApi(
      Connections connections,
      Pools pools,
      History history,
      MetricsPage page,
      InstantSource clock) {
    this.connections = connections;
    this.pools = pools;
    this.history = history;
    this.page = page;
    this.clock = clock;
  }

  /** Points of a pool, or of the whole registry; {@code step} in s. */
  record Shown(Instant from, Instant to, long step, @Nullable String pool, List<Point> points) {}

  /**
   * What happened within a step that began at {@code at}: latencies in ms, the most calls that were
   * in flight at the end of a minute, and the connections at the end of the step.
   */
  record Point(
      Instant at,
      long requests,
      long errors,
      double requestsPerSecond,
      double errorRate,
      double averageLatency,
      double p95Latency,
      int inFlight,
      @Nullable ConnectionCounts connections) {}

  Reply history(Request request) {
    Instant to = Objects.requireNonNullElseGet(Times.optional(request, "to"), clock::instant);
    Instant from =
        Objects.requireNonNullElseGet(
            Times.optional(request, "from"), () -> to.minus(DEFAULT_SPAN));
    if (!from.isBefore(to)) {
      throw new ProblemException(
          Problems.invalid("query/from", "must be before 'to', which is " + to));
    }
    String pool = request.optionalText("pool");
    if (pool == null) {
      Rights.requireWhole(request);
    } else {
      Rights.requirePool(request.principal(), pool);
      requirePool(pool);
    }
    Duration step = Duration.ofSeconds(request.number("step"));
    List<Point> points =
        history.read(pool == null ? HistoryPoint.REGISTRY : pool, from, to, step).stream()
            .map(point -> point(point, step))
            .toList();
    return Reply.ok(new Shown(from, to, step.toSeconds(), pool, points));
  }

  private void requirePool(String pool) {
    boolean known =
        pools.names().contains(pool)
            || connections.all().stream()
                .anyMatch(c -> !c.isDisconnected() && c.registration().pool().equals(pool))
            || history.knows(pool);
    if (!known) {
      throw new ProblemException(
          Problems.unknown("There is no pool '" + pool + "'; GET /pools lists them"));
    }
  }

  private static Point point(HistoryPoint point, Duration step) {
    CallTotals calls = point.counts().calls();
    return new Point(
        point.from(),
        calls.requests(),
        calls.errors(),
        Views.rounded((double) calls.requests() / step.toSeconds()),
        Views.rounded(calls.errorRate()),
        Views.rounded(calls.averageLatency()),
        Views.rounded(point.counts().latencies().p95Millis()),
        point.counts().inFlight(),
        point.connections());
  }

  Reply page(Request request) {
    Rights.requireWhole(request);
    return Reply.ok(page.now());
  }
}
