package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Usage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** How loaded connections are, and which of them is the better choice, for those who ask. */
public final class Loads {
  /** More than any cost of a member in rotation. */
  private static final double OUT_OF_ROTATION = 1e15;

  private static final double NANOS_PER_MILLI = 1e6;

  private final Balancer balancer;

  /** Strategies that keep a turn keep it over all who ask. */
  private final Map<StrategyName, Strategy> strategies = new EnumMap<>(StrategyName.class);

  /** Knows what {@code balancer} knows. */
  public Loads(Balancer balancer) {
    this.balancer = balancer;
    for (StrategyName name : StrategyName.values()) {
      strategies.put(name, Strategy.of(PoolSettings.DEFAULT.with(name)));
    }
  }

  /**
   * A connection's load.
   *
   * @param load calls in flight over capacity, smoothed; 0 and up
   * @param activeRequests calls in flight now, those that clients report included
   * @param capacity calls that its instances take at once, altogether
   */
  public record Load(Connection connection, double load, int activeRequests, int capacity) {}

  /** How loaded a connection is. */
  public Load of(Connection connection) {
    Member[] members = balancer.members().of(connection.id());
    long now = balancer.nanos();
    double sum = 0;
    int active = 0;
    for (Member member : members) {
      sum += member.load(now);
      active += member.busy();
    }
    int count = Math.max(1, members.length);
    return new Load(connection, sum / count, active, connection.registration().capacity() * count);
  }

  /** Clients have reported calls that they made without the registry. */
  public void report(Connection connection, Usage usage) {
    Member[] members = balancer.members().of(connection.id());
    if (members.length > 0) {
      double millis =
          usage.latencies().stream().mapToDouble(Double::doubleValue).average().orElse(0);
      long busy = (long) (millis * NANOS_PER_MILLI * usage.requests());
      members[0].traffic().reported(balancer.nanos(), usage.requests(), usage.errors(), busy);
    }
  }

  /**
   * The connections, the best first; of equals the one that was registered first.
   *
   * @param tool what they are wanted for, for strategies that go by it; empty for anything
   */
  public List<Load> rank(Stream<Connection> connections, StrategyName by, String tool) {
    List<Connection> all = connections.sorted(Comparator.comparing(Connection::id)).toList();
    Member[] members = balancer.members().of(all.stream().map(Connection::id).toList());
    Wish wish = new Wish(tool, balancer.nanos());
    Strategy strategy =
        by == StrategyName.PRIORITY
            ? priority(all)
            : Objects.requireNonNull(strategies.get(by), "every strategy has a name");
    Map<String, Double> costs = costs(strategy, members, wish);
    List<Ranked> ranked = new ArrayList<>();
    for (Connection connection : all) {
      double cost = costs.getOrDefault(connection.id(), Double.MAX_VALUE);
      ranked.add(new Ranked(of(connection), cost));
    }
    strategy.pick(members, Member::isOpen, wish); // Whoever has a turn has had it.
    ranked.sort(Comparator.comparingDouble(Ranked::cost));
    return ranked.stream().map(Ranked::load).toList();
  }

  private record Ranked(Load load, double cost) {}

  /** A call that nobody has made yet. */
  record Wish(String tool, long nanos) implements Call {
    @Override
    public long stickyKey() {
      return 0;
    }
  }

  private Strategy priority(List<Connection> connections) {
    return new Priority(
        connections.stream()
            .map(connection -> connection.registration().pool())
            .distinct()
            .flatMap(pool -> balancer.pool(pool).settings().order().stream())
            .toList());
  }

  /** What the cheapest member of each connection costs. */
  private static Map<String, Double> costs(Strategy strategy, Member[] members, Call call) {
    Map<String, Double> costs = new HashMap<>();
    for (int i = 0; i < members.length; i++) {
      boolean out = !members[i].isOpen() || !members[i].isInRotation();
      double cost = strategy.cost(members, i, call) + (out ? OUT_OF_ROTATION : 0);
      costs.merge(members[i].connection().id(), cost, Math::min);
    }
    return costs;
  }
}
