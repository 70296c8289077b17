package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.Definitions;
import io.bluefly.registry.capabilities.Flag;
import io.bluefly.registry.capabilities.Pin;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.health.Health;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.CallTotals;
import io.bluefly.registry.metrics.Figures;
import io.bluefly.registry.metrics.UsageReports;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.InstanceState;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Connections as the API shows them: what is registered, joined with what is observed. */
final class Views {
  private final Catalogue catalogue;
  private final Definitions definitions;
  private final HealthMonitor health;
  private final CallMetrics metrics;
  private final UsageReports usage;
  private final Upstreams upstreams;
  private final InstantSource clock;

  Views(
      Catalogue catalogue,
      Definitions definitions,
      HealthMonitor health,
      CallMetrics metrics,
      UsageReports usage,
      Upstreams upstreams,
      InstantSource clock) {
    this.catalogue = catalogue;
    this.definitions = definitions;
    this.health = health;
    this.metrics = metrics;
    this.usage = usage;
    this.upstreams = upstreams;
    this.clock = clock;
  }

  /** A connection in a list. */
  record Summary(
      String id,
      String name,
      ConnectionType type,
      Protocol protocol,
      ConnectionStatus status,
      Collection<String> capabilities,
      @Nullable ObjectNode endpoint,
      String pool,
      HealthSummary health,
      ListMetrics metrics) {}

  /** Health in a list; {@code uptime} in s, {@code errorRate} of the last five minutes. */
  record HealthSummary(HealthStatus status, Instant lastCheck, long uptime, double errorRate) {}

  /** Figures in a list. */
  record ListMetrics(long requestsPerMinute, double averageLatency, int activeConnections) {}

  Summary summary(Connection connection) {
    Figures figures = metrics.connection(connection.id());
    return new Summary(
        connection.id(),
        connection.name(),
        connection.registration().type(),
        connection.registration().protocol(),
        connection.status(),
        catalogue.names(connection),
        endpoint(connection),
        connection.registration().pool(),
        healthSummary(connection, figures),
        new ListMetrics(
            figures.requestsPerMinute(),
            rounded(figures.averageLatency()),
            active(connection, figures)));
  }

  HealthSummary healthSummary(Connection connection, Figures figures) {
    Health state = health.of(connection);
    return new HealthSummary(
        state.status(), state.lastCheck(), uptime(connection), rounded(figures.recentErrorRate()));
  }

  /** Seconds that the upstream has been open; 0 while it is not. */
  long uptime(Connection connection) {
    return upstreams
        .find(connection.id())
        .flatMap(Upstream::openSince)
        .map(since -> Math.max(0, Duration.between(since, clock.instant()).toSeconds()))
        .orElse(0L);
  }

  static @Nullable ObjectNode endpoint(Connection connection) {
    var endpoint = connection.registration().endpoint();
    return endpoint == null ? null : RegistrationJson.shown(endpoint);
  }

  /** A connection in full. */
  record Details(
      String id,
      String name,
      ConnectionType type,
      Protocol protocol,
      ConnectionStatus status,
      List<CapabilityDetails> capabilities,
      @Nullable ObjectNode endpoint,
      Map<String, JsonNode> metadata,
      HealthCheck healthCheck,
      String pool,
      int capacity,
      int weight,
      Instances instances,
      HealthDetails health,
      DetailMetrics metrics,
      List<InstanceDetails> upstream,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant lastActiveAt,
      @Nullable Instant disconnectedAt) {}

  /** A capability of a connection; {@code uri} of resources. */
  record CapabilityDetails(
      String name,
      Capability.Kind kind,
      @Nullable String description,
      @Nullable JsonNode schema,
      @Nullable String uri,
      boolean verified,
      @Nullable Definition definition,
      @Nullable CapabilityMetrics metrics) {}

  /**
   * How a tool's definition stands.
   *
   * @param state {@code approved}, {@code changed} or {@code added}
   * @param quarantined whether it is in no list and takes no calls
   */
  record Definition(String state, boolean quarantined, List<Flag> flags) {}

  /** Figures of a capability that was called. */
  record CapabilityMetrics(
      long totalRequests, double averageLatency, double p95Latency, double errorRate) {}

  /** Health in full. */
  record HealthDetails(
      HealthStatus status,
      Instant lastCheck,
      long uptime,
      long checksPerformed,
      long failedChecks,
      double errorRate,
      @Nullable FailureReason reason,
      @Nullable String message) {}

  /** Figures in full. */
  record DetailMetrics(
      long totalRequests,
      double successRate,
      double averageLatency,
      double p95Latency,
      double errorRate,
      long requestsPerMinute,
      int activeConnections) {}

  /** An instance of the server. */
  record InstanceDetails(
      String state,
      @Nullable Long pid,
      @Nullable ServerDetails server,
      @Nullable Instant openedAt,
      @Nullable Instant nextAttemptAt,
      int restarts,
      boolean crashLoop,
      InstanceState.@Nullable Failure lastFailure,
      @Nullable List<String> stderr) {}

  /** What the server said of itself, how it was reached, and when it was asked for its era. */
  record ServerDetails(
      String name,
      String version,
      String protocolVersion,
      String era,
      String transport,
      Instant verdictAt) {}

  Details details(Connection connection) {
    Figures figures = metrics.connection(connection.id());
    var registration = connection.registration();
    return new Details(
        connection.id(),
        connection.name(),
        registration.type(),
        registration.protocol(),
        connection.status(),
        capabilities(connection),
        endpoint(connection),
        registration.metadata(),
        registration.healthCheck(),
        registration.pool(),
        registration.capacity(),
        registration.weight(),
        registration.instances(),
        healthDetails(connection, figures),
        detailMetrics(connection, figures),
        instances(connection),
        connection.createdAt(),
        connection.updatedAt(),
        figures.lastActiveAt(),
        connection.disconnectedAt());
  }

  private List<CapabilityDetails> capabilities(Connection connection) {
    Map<String, CallTotals> totals = metrics.capabilities(connection.id());
    return catalogue.withWithheld(connection).stream()
        .map(c ->
            new CapabilityDetails(
                c.name(),
                c.kind(),
                c.description(),
                c.schema(),
                c.kind() == Capability.Kind.RESOURCE ? c.target() : null,
                c.verified(),
                definition(connection, c),
                capabilityMetrics(connection, c.name(), totals.get(c.name()))))
        .toList();
  }

  private @Nullable Definition definition(Connection connection, Capability capability) {
    Pin pin =
        capability.kind() == Capability.Kind.TOOL && capability.verified()
            ? definitions.pin(connection.id(), capability.name())
            : null;
    if (pin == null) {
      return null;
    }
    Pin.Kind change = pin.change();
    return new Definition(
        change == null ? "approved" : change.wire(),
        definitions.withholds(connection.id(), capability.name()),
        definitions.flags(connection.id(), capability.definition()));
  }

  private @Nullable CapabilityMetrics capabilityMetrics(
      Connection connection, String capability, @Nullable CallTotals calls) {
    return calls == null
        ? null
        : new CapabilityMetrics(
            calls.requests(),
            rounded(calls.averageLatency()),
            rounded(metrics.latencies(connection.id(), capability).p95Millis()),
            rounded(calls.errorRate()));
  }

  private HealthDetails healthDetails(Connection connection, Figures figures) {
    Health state = health.of(connection);
    return new HealthDetails(
        state.status(),
        state.lastCheck(),
        uptime(connection),
        state.checks(),
        state.failedChecks(),
        rounded(figures.recentErrorRate()),
        state.reason(),
        state.message());
  }

  private DetailMetrics detailMetrics(Connection connection, Figures figures) {
    return new DetailMetrics(
        figures.requests(),
        rounded(1 - figures.errorRate()),
        rounded(figures.averageLatency()),
        rounded(metrics.latencies(List.of(connection.id())).p95Millis()),
        rounded(figures.errorRate()),
        figures.requestsPerMinute(),
        active(connection, figures));
  }

  /** Calls in flight: the registry's own, and those that clients report. */
  private int active(Connection connection, Figures figures) {
    return figures.inFlight() + usage.inFlight(connection.id());
  }

  private List<InstanceDetails> instances(Connection connection) {
    return upstreams
        .find(connection.id())
        .map(upstream -> upstream.states().stream().map(Views::instance).toList())
        .orElse(List.of());
  }

  private static InstanceDetails instance(InstanceState state) {
    ServerInfo server = state.server();
    return new InstanceDetails(
        state.phase().name().toLowerCase(Locale.ROOT),
        state.pid(),
        server == null
            ? null
            : new ServerDetails(
                server.name(),
                server.version(),
                server.protocolVersion(),
                server.era().name().toLowerCase(Locale.ROOT),
                server.transport().wire(),
                server.verdictAt()),
        state.openedAt(),
        state.nextAttemptAt(),
        state.restarts(),
        state.crashLoop(),
        state.failure(),
        state.stderr().isEmpty() ? null : state.stderr());
  }

  /** To four digits behind the point: enough for rates and for latencies in ms. */
  static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
