package io.bluefly.registry.balancing;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The first connection of the pool's {@code order} that is available, the next one only while it is
 * not: failover. Connections that are not listed come after, in the order of registration. Among
 * the instances of one connection the least loaded one is taken; ties there break at random.
 *
 * <p>As nginx's {@code backup} and Envoy's priority levels with an overprovisioning factor of 1.
 */
final class Priority implements Strategy {
  private final Map<String, Integer> ranks = new HashMap<>();

  /** By names of connections, the preferred first. */
  Priority(List<String> order) {
    for (String name : order) {
      ranks.putIfAbsent(name, ranks.size());
    }
  }

  /** The rank, and below it the load, which is at most 1. */
  @Override
  public double cost(Member[] members, int index, Call call) {
    Member member = members[index];
    return rank(members, index) + Math.min(1, (double) member.busy() / member.capacity()) / 2;
  }

  private int rank(Member[] members, int index) {
    Integer listed = ranks.get(members[index].connection().name());
    if (listed != null) {
      return listed;
    }
    int first = index;
    while (first > 0 && members[first - 1].isOfSameConnection(members[index])) {
      first--;
    }
    return ranks.size() + first;
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    boolean listed = ranks.containsKey(members[index].connection().name());
    return listed
        ? "place " + (rank(members, index) + 1) + " of the order"
        : "not in the order, after all that are";
  }

  @Override
  public boolean samples() {
    return false;
  }
}
