package io.bluefly.registry.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bluefly.registry.metrics.CallTotals;
import io.bluefly.registry.metrics.ConnectionCounts;
import io.bluefly.registry.metrics.HistoryPoint;
import io.bluefly.registry.metrics.HistoryStore;
import io.bluefly.registry.metrics.LatencyCounts;
import io.bluefly.registry.metrics.PoolCounts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/** The history as rows of one table, one for each pool and minute. */
final class SqlHistoryStore implements HistoryStore {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String UPSERT =
      """
      INSERT INTO call_history
        (pool, minute, requests, errors, micros, latencies, in_flight, connections)
      VALUES (:pool, :minute, :requests, :errors, :micros, :latencies, :flight, :connections)
      ON CONFLICT (pool, minute) DO UPDATE SET
        requests = excluded.requests, errors = excluded.errors, micros = excluded.micros,
        latencies = excluded.latencies, in_flight = excluded.in_flight,
        connections = excluded.connections
      """;

  private final SqlDatabase database;

  SqlHistoryStore(SqlDatabase database) {
    this.database = database;
  }

  @Override
  public void savePoints(List<HistoryPoint> points, Instant oldest) {
    database.change(handle -> {
      PreparedBatch batch = handle.prepareBatch(UPSERT);
      for (HistoryPoint point : points) {
        CallTotals calls = point.counts().calls();
        batch
            .bind("pool", point.pool())
            .bind("minute", point.from().getEpochSecond())
            .bind("requests", calls.requests())
            .bind("errors", calls.errors())
            .bind("micros", calls.micros())
            .bind("latencies", point.counts().latencies().bytes())
            .bind("flight", point.counts().inFlight())
            .bind("connections", json(point.connections()))
            .add();
      }
      batch.execute();
      handle.execute("DELETE FROM call_history WHERE minute < ?", oldest.getEpochSecond());
    });
  }

  private static @Nullable String json(@Nullable ConnectionCounts counts) {
    try {
      return counts == null ? null : JSON.writeValueAsString(counts);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers can't be written", e);
    }
  }

  @Override
  public List<HistoryPoint> loadPoints(String pool, Instant from, Instant to) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT * FROM call_history
                WHERE pool = :pool AND minute >= :from AND minute < :to ORDER BY minute
                """)
            .bind("pool", pool)
            .bind("from", from.getEpochSecond())
            .bind("to", to.getEpochSecond())
            .map((row, _) -> read(row))
            .list());
  }

  private static HistoryPoint read(ResultSet row) throws SQLException {
    return new HistoryPoint(
        Instant.ofEpochSecond(row.getLong("minute")),
        row.getString("pool"),
        new PoolCounts(
            new CallTotals(
                row.getLong("requests"), row.getLong("errors"), row.getLong("micros"), null),
            LatencyCounts.of(row.getBytes("latencies")),
            row.getInt("in_flight")),
        counts(row.getString("connections")));
  }

  private static @Nullable ConnectionCounts counts(@Nullable String json) throws SQLException {
    try {
      return json == null ? null : JSON.readValue(json, ConnectionCounts.class);
    } catch (JsonProcessingException e) {
      throw new SQLException("the connections of a minute are damaged", e);
    }
  }

  @Override
  public boolean knowsPool(String pool) {
    return database.read(handle ->
        handle
            .createQuery("SELECT 1 FROM call_history WHERE pool = :pool LIMIT 1")
            .bind("pool", pool)
            .mapTo(Integer.class)
            .findOne()
            .isPresent());
  }
}
