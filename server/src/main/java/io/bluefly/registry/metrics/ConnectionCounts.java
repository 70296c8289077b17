package io.bluefly.registry.metrics;

import java.util.Map;

/**
 * How many connections there are.
 *
 * @param byStatus those of each status, tombstones included
 * @param byHealth those of each health, without the disconnected
 */
public record ConnectionCounts(Map<String, Integer> byStatus, Map<String, Integer> byHealth) {
  /** Copies the counts. */
  public ConnectionCounts {
    byStatus = Map.copyOf(byStatus);
    byHealth = Map.copyOf(byHealth);
  }
}
