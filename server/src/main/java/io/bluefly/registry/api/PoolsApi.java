package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.balancing.Loads;
import io.bluefly.registry.balancing.PoolSettings;
import io.bluefly.registry.balancing.PoolSettingsJson;
import io.bluefly.registry.balancing.Pools;
import io.bluefly.registry.balancing.StrategyName;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Figures;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Looking at pools, and changing how they spread calls. */
final class PoolsApi {
  /** Names that a message lists. */
  private static final int MOST_LISTED = 20;

  private static final int MOST_ALLOWED = 1_000;

  private final Connections connections;
  private final Pools pools;
  private final Catalogue catalogue;
  private final HealthMonitor health;
  private final CallMetrics metrics;
  private final Loads loads;
  private final Contract contract;

  PoolsApi(
      Connections connections,
      Pools pools,
      Catalogue catalogue,
      HealthMonitor health,
      CallMetrics metrics,
      Loads loads,
      Contract contract) {
    this.connections = connections;
    this.pools = pools;
    this.catalogue = catalogue;
    this.health = health;
    this.metrics = metrics;
    this.loads = loads;
    this.contract = contract;
  }

  /** All pools. */
  record All(List<Summary> pools, int total) {}

  /** A pool in the list: its servers, and how many names of capabilities they offer. */
  record Summary(
      String name,
      StrategyName strategy,
      int connections,
      int active,
      int healthy,
      int capabilities,
      PoolMetrics metrics) {}

  /**
   * Figures of the connections that are in the pool now; {@code p95Latency} only of one pool alone.
   */
  record PoolMetrics(
      long totalRequests,
      double averageLatency,
      @Nullable Double p95Latency,
      double errorRate,
      long requestsPerMinute,
      int activeRequests) {}

  Reply list(Request request) {
    Map<String, List<Connection>> byPool = new TreeMap<>();
    Visible visible = Visible.to(request, connections);
    pools.names().stream()
        .filter(visible.scope()::coversPool)
        .forEach(name -> byPool.put(name, new ArrayList<>()));
    visible
        .servers()
        .forEach(connection ->
            byPool
                .computeIfAbsent(connection.registration().pool(), _ -> new ArrayList<>())
                .add(connection));
    List<Summary> all =
        byPool.entrySet().stream().map(e -> summary(e.getKey(), e.getValue())).toList();
    return Reply.ok(new All(all, all.size()));
  }

  private Summary summary(String name, List<Connection> members) {
    Set<String> capabilities = new HashSet<>();
    members.forEach(member -> capabilities.addAll(catalogue.names(member)));
    return new Summary(
        name,
        pools.settings(name).strategy(),
        members.size(),
        (int) members.stream().filter(c -> c.status() == ConnectionStatus.ACTIVE).count(),
        (int) members.stream().filter(c -> health(c) == HealthStatus.HEALTHY).count(),
        capabilities.size(),
        metrics(members, null));
  }

  private PoolMetrics metrics(List<Connection> members, @Nullable Double p95) {
    Figures figures = metrics.connections(ids(members));
    return new PoolMetrics(
        figures.requests(),
        Views.rounded(figures.averageLatency()),
        p95,
        Views.rounded(figures.errorRate()),
        figures.requestsPerMinute(),
        members.stream().mapToInt(member -> loads.of(member).activeRequests()).sum());
  }

  private static List<String> ids(List<Connection> members) {
    return members.stream().map(Connection::id).toList();
  }

  private HealthStatus health(Connection connection) {
    return health.of(connection).status();
  }

  /** A pool in full. */
  record Details(
      String name,
      StrategyName strategy,
      JsonNode settings,
      PoolMetrics metrics,
      List<Member> connections) {}

  /** A server of a pool. */
  record Member(
      String id,
      String name,
      ConnectionStatus status,
      HealthStatus health,
      int activeRequests,
      int capacity,
      int weight) {}

  Reply get(Request request) {
    String pool = request.text("pool");
    Visible visible = Visible.to(request, connections);
    return Reply.ok(details(visible, pool, members(visible, pool)));
  }

  /** The servers of a pool that there is. */
  private List<Connection> members(Visible visible, String pool) {
    List<Connection> members =
        visible.servers().filter(c -> c.registration().pool().equals(pool)).toList();
    boolean known = pools.names().contains(pool) && visible.scope().coversPool(pool);
    if (members.isEmpty() && !known) {
      throw new ProblemException(
          Problems.unknown("There is no pool '" + pool + "'; GET /pools lists them"));
    }
    return members;
  }

  private Details details(Visible visible, String pool, List<Connection> members) {
    PoolSettings settings = pools.settings(pool);
    return new Details(
        pool,
        settings.strategy(),
        shown(visible, pool, settings),
        metrics(members, Views.rounded(metrics.latencies(ids(members)).p95Millis())),
        members.stream().map(this::member).toList());
  }

  /** The order has names of connections, which are not for who sees a part of them. */
  private static JsonNode shown(Visible visible, String pool, PoolSettings settings) {
    ObjectNode json = (ObjectNode) PoolSettingsJson.write(settings).path("settings");
    return visible.scope().coversPool(pool) ? json : json.without("order");
  }

  private Member member(Connection connection) {
    return new Member(
        connection.id(),
        connection.name(),
        connection.status(),
        health(connection),
        loads.of(connection).activeRequests(),
        loads.of(connection).capacity(),
        connection.registration().weight());
  }

  Reply update(Request request) {
    String pool = request.text("pool");
    Visible visible = Visible.to(request, connections);
    List<Connection> members = members(visible, pool);
    Rights.requirePool(request.principal(), pool);
    JsonNode patch = request.body();
    pools.change(pool, before -> merged(before, patch, members));
    return Reply.ok(details(visible, pool, members));
  }

  private PoolSettings merged(PoolSettings before, JsonNode patch, List<Connection> members) {
    JsonNode merged = MergePatch.apply(PoolSettingsJson.write(before), patch);
    contract.require("PoolSettings", merged, "body");
    PoolSettings after = PoolSettingsJson.read(merged);
    if (patch.path("settings").has("order")) {
      requireMembers(after.order(), members.stream().map(Connection::name).toList());
    }
    return after;
  }

  private static void requireMembers(List<String> order, List<String> members) {
    List<String> strangers = new ArrayList<>(order);
    strangers.removeAll(new HashSet<>(members));
    if (!strangers.isEmpty()) {
      String message =
          "names %s, not in this pool; its connections are %s"
              .formatted(listed(strangers), listed(members));
      List<String> allowed = members.stream().limit(MOST_ALLOWED).toList();
      throw new ProblemException(
          Problems.invalid(List.of(new Violation("body/settings/order", message, allowed))));
    }
  }

  private static String listed(List<String> names) {
    String first = String.join(", ", names.stream().limit(MOST_LISTED).toList());
    int more = names.size() - MOST_LISTED;
    return names.isEmpty() ? "none" : more > 0 ? first + " and " + more + " more" : first;
  }
}
