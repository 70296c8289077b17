package io.bluefly.registry.balancing;

import java.util.Map;

/**
 * Keeps the settings of pools over restarts. A method that returns has committed: what it wrote
 * survives kill -9 and power loss.
 */
public interface PoolStore {
  /** The settings of all pools that have any, by the pool's name. */
  Map<String, PoolSettings> loadPools();

  /**
   * Writes a pool's settings, new or changed.
   *
   * @throws io.bluefly.registry.connections.ConnectionStore.StoreException when nothing was written
   */
  void savePool(String pool, PoolSettings settings);
}
