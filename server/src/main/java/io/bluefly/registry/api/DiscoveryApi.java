package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.balancing.Loads;
import io.bluefly.registry.balancing.StrategyName;
import io.bluefly.registry.capabilities.CapabilitySummary;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.Providers;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.metrics.CallMetrics;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finding servers by what they offer. */
final class DiscoveryApi {
  private final Connections connections;
  private final Catalogue catalogue;
  private final Providers providers;
  private final CallMetrics metrics;
  private final Loads loads;
  private final Views views;

  DiscoveryApi(
      Connections connections,
      Catalogue catalogue,
      Providers providers,
      CallMetrics metrics,
      Loads loads,
      Views views) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.providers = providers;
    this.metrics = metrics;
    this.loads = loads;
    this.views = views;
  }

  /** What discovery answers. */
  record Discovered(
      List<Match> connections, int totalMatching, boolean loadBalanced, StrategyName strategy) {}

  /** A connection that matches; {@code load} is calls in flight over capacity. */
  record Match(
      String id,
      String name,
      Collection<String> capabilities,
      Views.HealthSummary health,
      double load,
      @Nullable ObjectNode endpoint) {}

  Reply discover(Request request) {
    Set<String> wanted = new HashSet<>();
    request.body().path("capabilities").forEach(name -> wanted.add(name.asText()));
    StrategyName strategy =
        StrategyName.of(request.body().path("loadBalancing").path("strategy").asText(""))
            .orElse(StrategyName.LEAST_LOADED);
    Visible visible = Visible.to(request, connections);
    List<Connection> matching = matching(visible, wanted, request.body().path("filters"));
    int most = request.body().path("loadBalancing").path("maxConnections").asInt(Integer.MAX_VALUE);
    List<Loads.Load> best =
        loads.best(matching, most, strategy, wanted.size() == 1 ? wanted.iterator().next() : "");
    return Reply.ok(
        new Discovered(best.stream().map(this::match).toList(), matching.size(), true, strategy));
  }

  private List<Connection> matching(Visible visible, Set<String> wanted, JsonNode filters) {
    String status = filters.path("status").asText(ConnectionStatus.ACTIVE.wire());
    String protocol = filters.path("protocol").asText("");
    long minUptime = filters.path("minUptime").asLong(0);
    List<Connection> servers =
        providers.servers(
            new Providers.Query(
                wanted,
                ConnectionStatus.valueOf(status.toUpperCase(Locale.ROOT)),
                protocol.isEmpty() ? null : Protocol.valueOf(protocol.toUpperCase(Locale.ROOT))));
    return minUptime == 0 && visible.scope().isAll()
        ? servers
        : servers.stream()
            .filter(server -> visible.has(server) && views.uptime(server) >= minUptime)
            .toList();
  }

  private Match match(Loads.Load ranked) {
    Connection connection = ranked.connection();
    return new Match(
        connection.id(),
        connection.name(),
        catalogue.names(connection),
        views.healthSummary(connection, metrics.connection(connection.id())),
        Views.rounded(ranked.load()),
        Views.endpoint(connection));
  }

  /** All capabilities. */
  record Capabilities(List<CapabilitySummary> capabilities, int totalCapabilities) {}

  Reply capabilities(Request request) {
    List<CapabilitySummary> all =
        CapabilitySummary.of(Visible.to(request, connections).all(), catalogue, metrics).stream()
            .map(c ->
                new CapabilitySummary(
                    c.name(),
                    c.kind(),
                    c.description(),
                    c.providers(),
                    c.totalRequests(),
                    Views.rounded(c.averageLatency())))
            .toList();
    return Reply.ok(new Capabilities(all, all.size()));
  }
}
