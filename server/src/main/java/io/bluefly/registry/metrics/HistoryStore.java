package io.bluefly.registry.metrics;

import java.time.Instant;
import java.util.List;

/**
 * Where the history is kept, a point for each pool and minute. All of it may wait, and throws what
 * the store throws when it refuses.
 */
public interface HistoryStore {
  /**
   * Writes the points in place of what is there, and drops all that began before {@code oldest}.
   */
  void savePoints(List<HistoryPoint> points, Instant oldest);

  /** The points of a pool that began from {@code from} on and before {@code to}, in that order. */
  List<HistoryPoint> loadPoints(String pool, Instant from, Instant to);

  /** Whether there is a point of this pool. */
  boolean knowsPool(String pool);
}
