package io.bluefly.registry.balancing;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The settings of all pools. Reads never wait and never ask the database; a change is committed to
 * the store before anybody sees it. Changes are made one at a time, on threads that may block.
 */
public final class Pools {
  private final PoolStore store;

  /** Those that are not the default. */
  private final Map<String, PoolSettings> settings = new ConcurrentHashMap<>();

  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock changes = new ReentrantLock();

  /** All pools have the default settings until {@link #load}. */
  public Pools(PoolStore store) {
    this.store = store;
  }

  /** Reads the store; nobody is told. */
  public void load() {
    store.loadPools().forEach(this::publish);
  }

  /** A pool's settings, whether there is such a pool or not. */
  public PoolSettings settings(String pool) {
    return settings.getOrDefault(pool, PoolSettings.DEFAULT);
  }

  /** The pools that have settings of their own, by name. */
  public Set<String> names() {
    return new TreeSet<>(settings.keySet());
  }

  /**
   * Changes a pool's settings; what stays as it was is not written.
   *
   * @param change gives the settings as they shall be; runs while no other change does
   * @return the settings as they are now
   * @throws io.bluefly.registry.connections.ConnectionStore.StoreException when nothing was changed
   */
  public PoolSettings change(String pool, UnaryOperator<PoolSettings> change) {
    changes.lock();
    try {
      PoolSettings before = settings(pool);
      PoolSettings after = change.apply(before);
      if (!after.equals(before)) {
        store.savePool(pool, after);
        publish(pool, after);
        listeners.forEach(listener -> listener.accept(pool));
      }
      return after;
    } finally {
      changes.unlock();
    }
  }

  private void publish(String pool, PoolSettings after) {
    if (after.equals(PoolSettings.DEFAULT)) {
      settings.remove(pool);
    } else {
      settings.put(pool, after);
    }
  }

  /**
   * Has {@code listener} called with the name of each pool whose settings have changed, in the
   * order of the changes. It must be quick and must not throw.
   */
  public void onChange(Consumer<String> listener) {
    listeners.add(listener);
  }
}
