package io.bluefly.registry.api;

import io.bluefly.registry.balancing.Advisor;
import io.bluefly.registry.balancing.Explainer;
import io.bluefly.registry.balancing.Explanation;
import io.bluefly.registry.balancing.Loads;
import io.bluefly.registry.balancing.Pools;
import io.bluefly.registry.balancing.Recommendation;
import io.bluefly.registry.balancing.StrategyName;
import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.Offering;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.PoolOffers;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How load is spread, what would spread it better, and why a call goes where it goes. */
final class LoadApi {
  private final Connections connections;
  private final Pools pools;
  private final PoolCatalogue catalogue;
  private final Loads loads;
  private final Advisor advisor;
  private final Explainer explainer;

  LoadApi(
      Connections connections,
      Pools pools,
      PoolCatalogue catalogue,
      Loads loads,
      Advisor advisor,
      Explainer explainer) {
    this.connections = connections;
    this.pools = pools;
    this.catalogue = catalogue;
    this.loads = loads;
    this.advisor = advisor;
    this.explainer = explainer;
  }

  /** The load of servers; the strategy is {@code mixed} where pools have several. */
  record Distribution(
      String strategy, List<Share> connections, List<Recommendation> recommendations) {}

  /** The load of a server: calls in flight over capacity, smoothed. */
  record Share(
      String id, String name, String pool, double load, int activeRequests, int capacity) {}

  Reply distribution(Request request) {
    String pool = request.optionalText("pool");
    Visible visible = Visible.to(request, connections);
    List<Connection> servers =
        visible.servers().filter(c -> pool == null || isIn(c, pool)).toList();
    if (pool != null && servers.isEmpty()) {
      throw new ProblemException(
          Problems.unknown("There is no pool '" + pool + "' with a server; GET /pools lists them"));
    }
    return Reply.ok(
        new Distribution(
            strategy(servers),
            servers.stream().map(this::share).toList(),
            advisor.recommendations(pool).stream()
                .filter(advice -> visible.scope().coversPool(advice.pool()))
                .map(LoadApi::rounded)
                .toList()));
  }

  private static boolean isIn(Connection connection, String pool) {
    return connection.registration().pool().equals(pool);
  }

  private String strategy(List<Connection> servers) {
    List<String> all =
        servers.stream()
            .map(c -> pools.settings(c.registration().pool()).strategy().wire())
            .distinct()
            .toList();
    return all.isEmpty() ? "least-loaded" : all.size() == 1 ? all.getFirst() : "mixed";
  }

  private Share share(Connection connection) {
    Loads.Load load = loads.of(connection);
    return new Share(
        connection.id(),
        connection.name(),
        connection.registration().pool(),
        Views.rounded(load.load()),
        load.activeRequests(),
        load.capacity());
  }

  private static Recommendation rounded(Recommendation advice) {
    Recommendation.Figures figures = advice.figures();
    return new Recommendation(
        advice.action(),
        advice.pool(),
        advice.reason(),
        advice.suggestedConnections(),
        advice.connectionIds(),
        new Recommendation.Figures(
            Views.rounded(figures.arrivalRate()),
            Views.rounded(figures.serviceTime()),
            Views.rounded(figures.concurrency()),
            figures.capacity(),
            Views.rounded(figures.utilization()),
            figures.instances(),
            figures.waiting(),
            Views.rounded(figures.errorRate())));
  }

  /** Whom a call would go to; see {@link Explanation}. */
  record Explained(
      String pool,
      @Nullable String tool,
      StrategyName strategy,
      @Nullable String picked,
      String why,
      int waiting,
      List<Explanation.Candidate> candidates) {}

  Reply explain(Request request) {
    String pool = request.text("pool");
    String tool = request.optionalText("tool");
    PoolOffers offers = catalogue.now(request.principal().scope());
    List<String> members = offers.members(pool);
    if (members.isEmpty()) {
      throw new ProblemException(
          Problems.unknown("There is no pool '" + pool + "' with a server; GET /pools lists them"));
    }
    List<Offering> offerings = tool == null ? List.of() : offers.find(pool, Kind.TOOL, tool);
    if (tool != null && offerings.isEmpty()) {
      throw new ProblemException(
          Problems.unknown(
              "Pool '" + pool + "' offers no tool '" + tool + "'; GET /capabilities lists them"));
    }
    List<String> ids = tool == null ? members : offerings.getFirst().connectionIds();
    Explanation explanation =
        explainer.explain(
            pool, ids, Objects.requireNonNullElse(tool, ""), request.optionalText("key"));
    return Reply.ok(
        new Explained(
            pool,
            tool,
            explanation.strategy(),
            explanation.picked(),
            explanation.why(),
            explanation.waiting(),
            explanation.candidates()));
  }
}
