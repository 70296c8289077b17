package io.bluefly.registry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TotalsKeeperTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private final ManualClock clock = new ManualClock(START);
  private final StoredInMemory store = new StoredInMemory();

  /** One life of the registry. */
  private final class Life {
    final CallMetrics metrics =
        new CallMetrics(clock, () -> Duration.between(START, clock.instant()).toNanos());
    final TotalsKeeper keeper = new TotalsKeeper(metrics, store);

    void call(String connection, @Nullable String tool, int millis, Outcome outcome) {
      CallMetrics.Call call = metrics.begin(connection, "pool", tool);
      clock.advance(Duration.ofMillis(millis));
      call.end(outcome);
    }
  }

  private long stored(String row) {
    StoredTotals found = store.totals.get(row);
    return found == null ? 0 : found.calls().requests();
  }

  @Test
  void totalsOutliveARestartAndWindowsDoNot() {
    Life first = new Life();
    first.keeper.load();
    first.call("a", "read", 10, Outcome.OK);
    first.call("a", "read", 30, Outcome.FAILED);
    first.call("b", "write", 100, Outcome.OK);
    first.keeper.save();
    Instant lastOfA = START.plusMillis(40);
    clock.advance(Duration.ofSeconds(1));

    Life second = new Life();
    second.keeper.load();
    Figures a = second.metrics.connection("a");
    assertThat(a.calls()).isEqualTo(new CallTotals(2, 1, 40_000, lastOfA));
    assertThat(a.requestsPerMinute()).isZero();
    assertThat(a.recentErrorRate()).isZero();
    assertThat(second.metrics.latencies(List.of("a")).p95Millis()).isCloseTo(30, within(0.5));
    assertThat(second.metrics.latencies("b", "write").count()).isEqualTo(1);
    assertThat(second.metrics.latencies("b", "write").p95Millis()).isCloseTo(100, within(1.0));
    assertThat(second.metrics.registry().requests()).isEqualTo(3);
    assertThat(second.metrics.registryLatencies().count()).isEqualTo(3);
    assertThat(second.metrics.pools()).as("what Prometheus sees begins anew").isEmpty();

    int written = store.rowsWritten;
    second.keeper.save();
    assertThat(store.rowsWritten).as("nothing has changed").isEqualTo(written);
    second.call("a", "read", 20, Outcome.OK);
    second.keeper.save();
    Life third = new Life();
    third.keeper.load();
    assertThat(third.metrics.connection("a").requests()).isEqualTo(3);
    assertThat(third.metrics.registry().calls().micros()).isEqualTo(160_000);
  }

  @Test
  void onlyWhatHasChangedIsWritten() {
    Life life = new Life();
    life.keeper.load();
    for (int i = 0; i < 1_200; i++) {
      life.call("c" + i, "read", 1, Outcome.OK);
    }
    life.keeper.save();
    assertThat(store.rowsWritten).isEqualTo(2 * 1_200 + 1);
    life.keeper.save();
    assertThat(store.rowsWritten).isEqualTo(2 * 1_200 + 1);
    life.call("c7", null, 1, Outcome.OK);
    life.keeper.save();
    assertThat(store.rowsWritten).as("the connection and the registry").isEqualTo(2 * 1_200 + 3);
  }

  @Test
  void nothingIsWrittenBeforeAllWasRead() {
    Life first = new Life();
    first.keeper.load();
    first.call("a", "read", 10, Outcome.OK);
    first.call("a", "read", 10, Outcome.OK);
    first.keeper.save();

    Life second = new Life();
    second.call("a", "read", 10, Outcome.OK);
    second.keeper.save();
    assertThat(second.metrics.connection("a").requests()).isEqualTo(3);
    assertThat(stored("a/read")).isEqualTo(3);
    second.keeper.load();
    assertThat(second.metrics.connection("a").requests()).as("read once").isEqualTo(3);
    assertThat(stored("/")).isEqualTo(3);
  }

  @Test
  void whatTheStoreRefusesIsWrittenLater() {
    Life life = new Life();
    life.keeper.load();
    life.call("a", "read", 10, Outcome.OK);
    life.call("gone", "read", 10, Outcome.OK);
    life.keeper.save();
    store.refuses = true;
    life.call("a", "read", 10, Outcome.OK);
    life.keeper.forget("gone");
    life.keeper.save();
    store.refuses = false;
    assertThat(store.totals).containsKey("gone/");
    life.keeper.save();
    assertThat(stored("a/")).isEqualTo(2);
    assertThat(store.totals.keySet()).containsExactly("/", "a/", "a/read");
  }

  @Test
  void whatCanNotBeReadIsReadLaterAndNotOverwritten() {
    Life first = new Life();
    first.call("a", "read", 10, Outcome.OK);
    first.keeper.save();
    store.refuses = true;
    Life life = new Life();
    life.keeper.load();
    life.call("a", "read", 10, Outcome.OK);
    life.keeper.save();
    store.refuses = false;
    assertThat(stored("a/read")).isEqualTo(1);
    life.keeper.save();
    assertThat(stored("a/read")).isEqualTo(2);
  }

  @Test
  void aRowThatTheStoreRefusesKeepsNoOtherFromBeingStored() {
    Life life = new Life();
    life.keeper.load();
    store.refused = "a/bad";
    life.call("a", "bad", 10, Outcome.OK);
    life.call("b", "good", 10, Outcome.OK);
    life.keeper.save();
    assertThat(store.totals.keySet()).containsExactly("/", "a/", "b/", "b/good");
    store.refused = "";
    life.keeper.save();
    assertThat(stored("a/bad")).isEqualTo(1);
  }
}
