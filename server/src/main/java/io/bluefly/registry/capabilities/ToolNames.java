package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Which connections have a tool of a distinctive name; an index for what descriptions mention. */
final class ToolNames {
  private final Connections connections;
  private final Map<String, Set<String>> idsByName = new ConcurrentHashMap<>();
  private final AtomicLong version = new AtomicLong();

  ToolNames(Connections connections) {
    this.connections = connections;
  }

  /** A connection's tools are others than before. */
  void move(String connectionId, Collection<String> before, Collection<String> after) {
    before.stream().filter(name -> !after.contains(name)).forEach(n -> remove(n, connectionId));
    after.stream()
        .filter(name -> !before.contains(name) && Suspicions.isDistinctive(name))
        .forEach(name -> add(name, connectionId));
    changed();
  }

  /** A tool may belong to another pool than before. */
  void changed() {
    version.incrementAndGet();
  }

  /** Another whenever the answer of {@link #isOfAnotherPool} may be another. */
  long version() {
    return version.get();
  }

  private void add(String name, String connectionId) {
    idsByName.compute(
        name,
        (_, known) -> {
          Set<String> ids = known == null ? ConcurrentHashMap.newKeySet(1) : known;
          ids.add(connectionId);
          return ids;
        });
  }

  private void remove(String name, String connectionId) {
    idsByName.computeIfPresent(
        name,
        (_, ids) -> {
          ids.remove(connectionId);
          return ids.isEmpty() ? null : ids;
        });
  }

  /** Whether another pool than this connection's has such a tool, and the connection has none. */
  boolean isOfAnotherPool(String name, String connectionId) {
    Set<String> ids = idsByName.getOrDefault(name, Set.of());
    String pool = pool(connectionId);
    return !ids.contains(connectionId)
        && ids.stream().map(this::pool).anyMatch(other -> other != null && !other.equals(pool));
  }

  private @Nullable String pool(String connectionId) {
    Connection connection = connections.find(connectionId).orElse(null);
    return connection == null ? null : connection.registration().pool();
  }
}
