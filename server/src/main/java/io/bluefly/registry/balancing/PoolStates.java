package io.bluefly.registry.balancing;

import java.util.Map;
import java.util.TreeMap;

/** How pools are at this moment, for those who watch them. */
public final class PoolStates {
  private final Balancer balancer;

  /** Looks at what {@code balancer} balances. */
  public PoolStates(Balancer balancer) {
    this.balancer = balancer;
  }

  /**
   * How a pool is.
   *
   * @param waiting calls that wait for an instance
   * @param ejected instances that are out of the rotation for what their calls came to
   * @param capacity calls that its open instances take at once
   */
  public record State(int waiting, int ejected, int capacity) {
    /** Both together. */
    public State plus(State other) {
      return new State(waiting + other.waiting, ejected + other.ejected, capacity + other.capacity);
    }
  }

  /** How each pool is, by name. */
  public Map<String, State> now() {
    Map<String, State> states = new TreeMap<>();
    for (Pool pool : balancer.pools()) {
      int ejected = 0;
      int capacity = 0;
      for (Member member : balancer.members().of(pool.connectionIds())) {
        ejected += member.standing().isEjected() ? 1 : 0;
        capacity += member.isOpen() ? member.capacity() : 0;
      }
      states.put(pool.name(), new State(pool.queue().size(), ejected, capacity));
    }
    return states;
  }
}
