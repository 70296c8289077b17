package io.bluefly.registry.metrics;

import java.util.List;
import java.util.function.Consumer;

/**
 * Where totals are kept over a restart. All of it may wait, and throws what the store throws when
 * it refuses.
 */
public interface MetricsStore {
  /** Gives all totals of connections that there are; drops those of others. */
  void loadTotals(Consumer<StoredTotals> each);

  /** Writes these in place of what is there, all or none. */
  void saveTotals(List<StoredTotals> totals);

  /** Drops the totals of these connections. */
  void deleteTotals(List<String> connectionIds);
}
