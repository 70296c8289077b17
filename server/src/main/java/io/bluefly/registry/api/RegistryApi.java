package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.capabilities.CapabilitySummary;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Figures;
import io.bluefly.registry.metrics.LatencyCounts;
import io.bluefly.registry.transfer.Export;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The registry as a whole. */
final class RegistryApi {
  private static final int MOST_USED = 10;
  private static final int MINUTE_SECONDS = 60;

  private final Connections connections;
  private final Catalogue catalogue;
  private final HealthMonitor health;
  private final CallMetrics metrics;
  private final InstantSource clock;
  private final String version;
  private final Instant startedAt;

  private final Readiness readiness;

  RegistryApi(
      Connections connections,
      Catalogue catalogue,
      HealthMonitor health,
      CallMetrics metrics,
      Readiness readiness,
      InstantSource clock,
      String version) {
    this.readiness = readiness;
    this.connections = connections;
    this.catalogue = catalogue;
    this.health = health;
    this.metrics = metrics;
    this.clock = clock;
    this.version = version;
    this.startedAt = clock.instant();
  }

  /** Counts and figures; the counts of connections include tombstones. */
  record Stats(
      Instant timestamp,
      Map<String, Integer> connections,
      Map<String, Integer> protocols,
      CapabilityStats capabilities,
      Performance performance) {}

  /** Capabilities by number and use. */
  record CapabilityStats(int total, List<Use> mostUsed) {}

  /** How often a capability was called. */
  record Use(String name, long requests) {}

  /** Latency in ms, requests per second over the last minute; the rest over all times. */
  record Performance(
      double averageLatency, double p95Latency, double requestsPerSecond, double errorRate) {}

  Reply stats(Request request) {
    Collection<Connection> visible = Visible.to(request, connections).all();
    Map<String, Integer> byStatus = new LinkedHashMap<>();
    byStatus.put("total", 0);
    for (ConnectionStatus status : ConnectionStatus.values()) {
      byStatus.put(status.wire(), 0);
    }
    Map<String, Integer> byProtocol = new LinkedHashMap<>();
    for (Protocol protocol : Protocol.values()) {
      byProtocol.put(protocol.wire(), 0);
    }
    for (Connection connection : visible) {
      byStatus.merge("total", 1, Integer::sum);
      byStatus.merge(connection.status().wire(), 1, Integer::sum);
      byProtocol.merge(connection.registration().protocol().wire(), 1, Integer::sum);
    }
    List<CapabilitySummary> all = CapabilitySummary.of(visible, catalogue, metrics);
    List<Use> mostUsed =
        CapabilitySummary.mostUsed(all, MOST_USED).stream()
            .map(c -> new Use(c.name(), c.totalRequests()))
            .toList();
    return Reply.ok(
        new Stats(
            clock.instant(),
            byStatus,
            byProtocol,
            new CapabilityStats(all.size(), mostUsed),
            request.principal().scope().isAll() ? performance() : performance(visible)));
  }

  private Performance performance() {
    return performance(
        metrics.registry(), metrics.registryLatencies(), metrics.requestsPerSecond());
  }

  /** Of some connections there are figures by the minute only. */
  private Performance performance(Collection<Connection> some) {
    List<String> ids = some.stream().map(Connection::id).toList();
    Figures figures = metrics.connections(ids);
    return performance(
        figures, metrics.latencies(ids), (double) figures.requestsPerMinute() / MINUTE_SECONDS);
  }

  private static Performance performance(
      Figures figures, LatencyCounts latencies, double requestsPerSecond) {
    return new Performance(
        Views.rounded(figures.averageLatency()),
        Views.rounded(latencies.p95Millis()),
        Views.rounded(requestsPerSecond),
        Views.rounded(figures.errorRate()));
  }

  /** The configuration. */
  record Exported(
      String version, Instant exportedAt, List<ObjectNode> connections, int totalExported) {}

  Reply export(Request request) {
    List<ObjectNode> all = Export.of(Visible.to(request, connections).all());
    return Reply.ok(new Exported(version, clock.instant(), all, all.size()));
  }

  /** What an orchestrator asks for. */
  record State(String status) {}

  Reply live(Request request) {
    return Reply.ok(new State("live"));
  }

  Reply ready(Request request) {
    if (!readiness.isReady()) {
      throw new ProblemException(Problems.notReady());
    }
    return Reply.ok(new State("ready"));
  }

  /** How the registry is. */
  record RegistryHealth(
      String status,
      String version,
      long uptime,
      ConnectionHealth registry,
      HealthPerformance performance) {}

  /** Connections that are not disconnected, by health. */
  record ConnectionHealth(int connections, int healthy, int unhealthy) {}

  /** Requests per second over the last minute, latency in ms. */
  record HealthPerformance(double requestsPerSecond, double averageLatency) {}

  Reply health(Request request) {
    List<Connection> present = connections.all().stream().filter(c -> !c.isDisconnected()).toList();
    int healthy =
        (int) present.stream().filter(c -> health.of(c).status() == HealthStatus.HEALTHY).count();
    Figures figures = metrics.registry();
    return Reply.ok(
        new RegistryHealth(
            "healthy",
            version,
            Duration.between(startedAt, clock.instant()).toSeconds(),
            new ConnectionHealth(present.size(), healthy, present.size() - healthy),
            new HealthPerformance(
                Views.rounded(metrics.requestsPerSecond()),
                Views.rounded(figures.averageLatency()))));
  }
}
