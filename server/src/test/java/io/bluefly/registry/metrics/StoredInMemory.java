package io.bluefly.registry.metrics;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Both stores, in memory, that can be told to refuse. */
final class StoredInMemory implements MetricsStore, HistoryStore {
  final TreeMap<String, StoredTotals> totals = new TreeMap<>();
  final TreeMap<String, HistoryPoint> points = new TreeMap<>();
  int rowsWritten;
  boolean refuses;

  /** Connection and capability of a row that it does not take. */
  String refused = "";

  private void require() {
    if (refuses) {
      throw new IllegalStateException("refused");
    }
  }

  @Override
  public void loadTotals(Consumer<StoredTotals> each) {
    require();
    totals.values().forEach(each);
  }

  @Override
  public void saveTotals(List<StoredTotals> rows) {
    require();
    if (rows.stream().anyMatch(row -> key(row).equals(refused))) {
      throw new IllegalStateException("refused");
    }
    rowsWritten += rows.size();
    rows.forEach(row -> totals.put(key(row), row));
  }

  private static String key(StoredTotals row) {
    return row.connectionId() + "/" + row.capability();
  }

  @Override
  public void deleteTotals(List<String> connectionIds) {
    require();
    totals.values().removeIf(row -> connectionIds.contains(row.connectionId()));
  }

  @Override
  public void savePoints(List<HistoryPoint> rows, Instant oldest) {
    require();
    rows.forEach(row -> points.put(row.pool() + "/" + row.from(), row));
    points.values().removeIf(row -> row.from().isBefore(oldest));
  }

  @Override
  public List<HistoryPoint> loadPoints(String pool, Instant from, Instant to) {
    require();
    List<HistoryPoint> found = new ArrayList<>(points.values());
    found.removeIf(
        row -> !row.pool().equals(pool) || row.from().isBefore(from) || !row.from().isBefore(to));
    return found;
  }

  @Override
  public boolean knowsPool(String pool) {
    return points.values().stream().anyMatch(row -> row.pool().equals(pool));
  }
}
