package io.bluefly.registry.persistence;

import io.bluefly.registry.metrics.CallTotals;
import io.bluefly.registry.metrics.LatencyCounts;
import io.bluefly.registry.metrics.MetricsStore;
import io.bluefly.registry.metrics.StoredTotals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Totals of calls as rows of one table, latencies as a histogram in a column. */
final class SqlMetricsStore implements MetricsStore {
  private static final Logger log = LoggerFactory.getLogger(SqlMetricsStore.class);
  private static final String UPSERT =
      """
      INSERT INTO call_totals
        (connection_id, capability, requests, errors, micros, latencies, last_active_at)
      VALUES (:connection, :capability, :requests, :errors, :micros, :latencies, :active)
      ON CONFLICT (connection_id, capability) DO UPDATE SET
        requests = excluded.requests, errors = excluded.errors, micros = excluded.micros,
        latencies = excluded.latencies, last_active_at = excluded.last_active_at
      """;
  private static final String DELETE_ORPHANS =
      """
      DELETE FROM call_totals
      WHERE connection_id <> '' AND connection_id NOT IN (SELECT id FROM connections)
      """;

  private final SqlDatabase database;

  SqlMetricsStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public void loadTotals(Consumer<StoredTotals> each) {
    database.change(handle -> handle.execute(DELETE_ORPHANS));
    database.read(handle -> {
      handle
          .createQuery("SELECT * FROM call_totals")
          .map((row, _) -> read(row))
          .forEach(row -> row.ifPresent(each));
      return true;
    });
  }

  private static Optional<StoredTotals> read(ResultSet row) throws SQLException {
    String connection = row.getString("connection_id");
    try {
      return Optional.of(
          new StoredTotals(
              connection,
              row.getString("capability"),
              new CallTotals(
                  row.getLong("requests"),
                  row.getLong("errors"),
                  row.getLong("micros"),
                  instant(row)),
              LatencyCounts.of(row.getBytes("latencies"))));
    } catch (IllegalArgumentException e) {
      log.warn("The totals of connection '{}' in the database are damaged: from zero", connection);
      return Optional.empty();
    }
  }

  private static @Nullable Instant instant(ResultSet row) throws SQLException {
    long millis = row.getLong("last_active_at");
    return row.wasNull() ? null : Instant.ofEpochMilli(millis);
  }

  @Override
  public void saveTotals(List<StoredTotals> totals) {
    database.change(handle -> {
      PreparedBatch batch = handle.prepareBatch(UPSERT);
      for (StoredTotals each : totals) {
        Instant active = each.calls().lastActiveAt();
        batch
            .bind("connection", each.connectionId())
            .bind("capability", each.capability())
            .bind("requests", each.calls().requests())
            .bind("errors", each.calls().errors())
            .bind("micros", each.calls().micros())
            .bind("latencies", each.latencies().bytes())
            .bind("active", active == null ? null : active.toEpochMilli())
            .add();
      }
      batch.execute();
    });
  }

  @Override
  public void deleteTotals(List<String> connectionIds) {
    database.change(handle -> {
      PreparedBatch batch =
          handle.prepareBatch("DELETE FROM call_totals WHERE connection_id = :connection");
      connectionIds.forEach(id -> batch.bind("connection", id).add());
      batch.execute();
    });
  }
}
