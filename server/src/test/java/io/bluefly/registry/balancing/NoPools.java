package io.bluefly.registry.balancing;

import java.util.Map;

/** Keeps no settings of pools. */
public final class NoPools implements PoolStore {
  @Override
  public Map<String, PoolSettings> loadPools() {
    return Map.of();
  }

  @Override
  public void savePool(String pool, PoolSettings settings) {}
}
