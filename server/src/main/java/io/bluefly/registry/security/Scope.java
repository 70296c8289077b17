package io.bluefly.registry.security;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which connections somebody may see and call: those of some pools, and some by themselves. Without
 * either it is all of them.
 *
 * @param pools names of pools, whichever connections they have
 * @param connections ids
 */
public record Scope(Set<String> pools, Set<String> connections) {
  /** All connections. */
  public static final Scope ALL = new Scope(Set.of(), Set.of());

  /** No connection: no pool has such a name. */
  static final Scope NONE = new Scope(Set.of(""), Set.of());

  /** Copies the sets. */
  public Scope {
    pools = Set.copyOf(pools);
    connections = Set.copyOf(connections);
  }

  /** Whether it is all connections. */
  public boolean isAll() {
    return pools.isEmpty() && connections.isEmpty();
  }

  /** Whether it has this connection of that pool; what belongs to neither is for {@link #ALL}. */
  public boolean covers(@Nullable String connectionId, @Nullable String pool) {
    return isAll()
        || (connectionId != null && connections.contains(connectionId))
        || (pool != null && pools.contains(pool));
  }

  /**
   * What is in both. Nobody knows here which pools connections are in, so one that only the other's
   * pools may have is in none.
   */
  Scope and(Scope other) {
    if (isAll() || other.isAll()) {
      return isAll() ? other : this;
    }
    Set<String> bothPools = new HashSet<>(pools);
    bothPools.retainAll(other.pools);
    Set<String> bothConnections = new HashSet<>(connections);
    bothConnections.retainAll(other.connections);
    Scope both = new Scope(bothPools, bothConnections);
    return both.isAll() ? NONE : both;
  }

  /** Whether it has all connections of a pool, also those that come to it later. */
  public boolean coversPool(String pool) {
    return isAll() || pools.contains(pool);
  }
}
