package io.bluefly.registry.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.CallTotals;
import io.bluefly.registry.metrics.ConnectionCounts;
import io.bluefly.registry.metrics.HistoryPoint;
import io.bluefly.registry.metrics.LatencyCounts;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.metrics.PoolCounts;
import io.bluefly.registry.metrics.StoredTotals;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of totals and history must do; run on each database. */
interface MetricsStoreContract {
  /** Any moment. */
  Instant THEN = Instant.parse("2026-01-01T00:00:00.123Z");

  /** The same, at first empty, database each time. */
  SqlDatabase open();

  private static LatencyCounts latencies() {
    long[] nanos = {0};
    CallMetrics metrics = new CallMetrics(InstantSource.fixed(THEN), () -> nanos[0]);
    for (int i = 1; i <= 100; i++) {
      CallMetrics.Call call = metrics.begin("c", "p", null);
      nanos[0] += i * 1_000_000L;
      call.end(Outcome.OK);
    }
    return metrics.latencies(List.of("c"));
  }

  private static StoredTotals totals(String id, String capability, @Nullable Instant active) {
    return new StoredTotals(
        id, capability, new CallTotals(1L << 40, 7, 1L << 50, active), latencies());
  }

  private static List<StoredTotals> load(SqlDatabase database) {
    List<StoredTotals> all = new ArrayList<>();
    database.metrics().loadTotals(all::add);
    return all;
  }

  private static void register(SqlDatabase database, String id) throws Exception {
    var registration =
        RegistrationJson.read(
            new com.fasterxml.jackson.databind.json.JsonMapper()
                .readTree(
                    "{\"name\": \"%s\", \"type\": \"client\", \"protocol\": \"http\"}"
                        .formatted(id)));
    database
        .connections()
        .save(List.of(new Connection(id, registration, ConnectionStatus.ACTIVE, THEN, THEN, null)));
  }

  @Test
  default void totalsAreLoadedByTheNextStart() throws Exception {
    try (SqlDatabase database = open()) {
      register(database, "1");
      database.metrics().saveTotals(List.of(totals("1", "", THEN), totals("1", "ünï 😀", null)));
      database.metrics().saveTotals(List.of(totals("", "", null), totals("1", "", null)));
    }
    try (SqlDatabase database = open()) {
      List<StoredTotals> all = load(database);
      assertThat(all)
          .extracting(StoredTotals::connectionId, StoredTotals::capability)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("", ""),
              org.assertj.core.groups.Tuple.tuple("1", ""),
              org.assertj.core.groups.Tuple.tuple("1", "ünï 😀"));
      assertThat(all)
          .allMatch(row -> row.calls().equals(new CallTotals(1L << 40, 7, 1L << 50, null)))
          .allMatch(row -> row.latencies().count() == 100)
          .allMatch(row -> row.latencies().p95Millis() == latencies().p95Millis());
      database.metrics().saveTotals(List.of(totals("1", "", THEN)));
      assertThat(load(database)).anyMatch(row -> THEN.equals(row.calls().lastActiveAt()));
    }
  }

  @Test
  default void totalsGoWithTheirConnection() throws Exception {
    try (SqlDatabase database = open()) {
      register(database, "1");
      register(database, "2");
      List<StoredTotals> rows =
          List.of(
              totals("", "", null),
              totals("1", "", null),
              totals("2", "", null),
              totals("2", "x", null),
              totals("orphan", "", null));
      database.metrics().saveTotals(rows);
      database.metrics().deleteTotals(List.of("2", "unknown"));
      assertThat(load(database))
          .extracting(StoredTotals::connectionId)
          .containsExactlyInAnyOrder("", "1");
    }
  }

  private static HistoryPoint point(String pool, int minute, @Nullable ConnectionCounts counts) {
    return new HistoryPoint(
        Instant.EPOCH.plusSeconds(minute * 60L),
        pool,
        new PoolCounts(new CallTotals(5, 1, 900, null), latencies(), 3),
        counts);
  }

  @Test
  default void theHistoryIsReadInOrderAndPruned() {
    ConnectionCounts counts = new ConnectionCounts(Map.of("active", 2), Map.of("healthy", 1));
    try (SqlDatabase database = open()) {
      var store = database.history();
      store.savePoints(List.of(point("", 3, counts), point("a", 3, null)), Instant.EPOCH);
      store.savePoints(List.of(point("", 2, counts), point("", 4, counts)), Instant.EPOCH);
      store.savePoints(List.of(point("", 3, counts)), Instant.EPOCH.plusSeconds(120));
      assertThat(store.knowsPool("a")).isTrue();
      assertThat(store.knowsPool("b")).isFalse();
      assertThat(store.loadPoints("", Instant.EPOCH, Instant.EPOCH.plusSeconds(240)))
          .extracting(point -> point.from().getEpochSecond())
          .containsExactly(120L, 180L);
      HistoryPoint read =
          store.loadPoints("", Instant.EPOCH, Instant.parse("2026-01-01T00:00:00Z")).getFirst();
      assertThat(read.connections()).isEqualTo(counts);
      assertThat(read.counts().calls()).isEqualTo(new CallTotals(5, 1, 900, null));
      assertThat(read.counts().latencies().count()).isEqualTo(100);
      assertThat(read.counts().inFlight()).isEqualTo(3);
      store.savePoints(List.of(point("", 5, counts)), Instant.EPOCH.plusSeconds(240));
      assertThat(store.knowsPool("a")).isFalse();
    }
  }
}
