package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Usage;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.IntToDoubleFunction;

/** How loaded connections are, and which of them is the better choice, for those who ask. */
public final class Loads {
  /** More than any cost of a member in rotation. */
  private static final double OUT_OF_ROTATION = 1e15;

  private static final double NANOS_PER_MILLI = 1e6;

  private static final Comparator<Ranked> DEAREST_FIRST =
      Comparator.comparingDouble(Ranked::cost).thenComparingInt(Ranked::order).reversed();

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
   * The best of the connections, the best first; of equals the one that was registered first.
   *
   * @param connections in the order of registration
   * @param most how many are wanted at most, 1 and up
   * @param tool what they are wanted for, for strategies that go by it; empty for anything
   */
  public List<Load> best(List<Connection> connections, int most, StrategyName by, String tool) {
    Wish wish = new Wish(tool, balancer.nanos());
    Strategy strategy =
        by == StrategyName.PRIORITY
            ? priority(connections)
            : Objects.requireNonNull(strategies.get(by), "every strategy has a name");
    List<Ranked> ranked =
        strategy.samples()
            ? cheapest(connections, most, 0, i -> cost(connections.get(i), strategy, wish))
            : inTurn(connections, most, strategy, wish);
    return ranked.stream().map(each -> of(each.connection)).toList();
  }

  /** Where it makes a difference who else there is. */
  private List<Ranked> inTurn(
      List<Connection> connections, int most, Strategy strategy, Call call) {
    Member[] members = balancer.members().of(connections.stream().map(Connection::id).toList());
    double[] costs = costs(connections, strategy, members, call);
    List<Ranked> ranked = cheapest(connections, most, Double.NEGATIVE_INFINITY, i -> costs[i]);
    strategy.pick(members, Member::isOpen, call); // Whoever has a turn has had it.
    return ranked;
  }

  /**
   * The cheapest, at most so many: what comes later must be cheaper than the dearest of them.
   *
   * @param least what nobody costs less than: so many of them, and nobody else is looked at
   */
  private static List<Ranked> cheapest(
      List<Connection> connections, int most, double least, IntToDoubleFunction costs) {
    PriorityQueue<Ranked> best = new PriorityQueue<>(DEAREST_FIRST);
    for (int i = 0; i < connections.size(); i++) {
      Ranked dearest = best.size() < most ? null : best.peek();
      if (dearest != null && dearest.cost <= least) {
        break;
      }
      double cost = costs.applyAsDouble(i);
      if (dearest == null || cost < dearest.cost) {
        best.add(new Ranked(connections.get(i), cost, i));
      }
      if (best.size() > most) {
        best.remove();
      }
    }
    return best.stream().sorted(DEAREST_FIRST.reversed()).toList();
  }

  private record Ranked(Connection connection, double cost, int order) {}

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

  /** What the cheapest member of each connection costs; {@code members} in the same order. */
  private static double[] costs(
      List<Connection> connections, Strategy strategy, Member[] members, Call call) {
    double[] costs = new double[connections.size()];
    int next = 0;
    for (int i = 0; i < costs.length; i++) {
      costs[i] = Double.MAX_VALUE;
      String id = connections.get(i).id();
      while (next < members.length && members[next].connection().id().equals(id)) {
        costs[i] = Math.min(costs[i], cost(strategy, members, next, call));
        next++;
      }
    }
    return costs;
  }

  private double cost(Connection connection, Strategy strategy, Call call) {
    Member[] members = balancer.members().of(connection.id());
    double least = Double.MAX_VALUE;
    for (int i = 0; i < members.length; i++) {
      least = Math.min(least, cost(strategy, members, i, call));
    }
    return least;
  }

  private static double cost(Strategy strategy, Member[] members, int index, Call call) {
    boolean out = !members[index].isOpen() || !members[index].isInRotation();
    return strategy.cost(members, index, call) + (out ? OUT_OF_ROTATION : 0);
  }
}
