package io.bluefly.registry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes fast counts as before. */
class TotalsTest {
  private static final int CALLS = 3 * Totals.BUSY;

  private static Totals busy(AtomicInteger room) {
    Totals totals = Totals.small(room);
    for (int call = 1; call <= CALLS; call++) {
      totals.add(call, false, Instant.EPOCH);
    }
    return totals;
  }

  private static void assertComplete(Totals totals) {
    assertThat(totals.now().requests()).isEqualTo(CALLS);
    assertThat(totals.latencies().count()).isEqualTo(CALLS);
    assertThat(totals.latencies().p95Millis()).isCloseTo(0.95 * CALLS / 1_000, within(0.3));
  }

  @Test
  void whoIsCalledOftenTakesAPlaceAndLosesNothing() {
    AtomicInteger room = new AtomicInteger(1);
    Totals first = busy(room);
    assertThat(room).hasValue(0);
    assertComplete(first);
    assertComplete(busy(room)); // Without a place.
    assertThat(room).hasValue(0);
    first.release();
    assertThat(room).hasValue(1);
    first.release();
    assertThat(room).hasValue(1);
  }

  @Test
  void whoIsCalledSeldomTakesNoPlace() {
    AtomicInteger room = new AtomicInteger(1);
    Totals totals = Totals.small(room);
    for (int call = 1; call < Totals.BUSY; call++) {
      totals.add(call, false, Instant.EPOCH);
    }
    assertThat(room).hasValue(1);
    totals.release();
    assertThat(room).hasValue(1);
  }

  /**
   * HdrHistogram 2.2.2's packed histogram for several threads hangs within some hundred of these.
   */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void threadsThatRecordAndReadAtOnceComeToAnEnd() {
    AtomicInteger room = new AtomicInteger();
    for (int round = 0; round < 400; round++) {
      Totals totals = Totals.small(room);
      CompletableFuture<?>[] writers = new CompletableFuture<?>[3];
      for (int i = 0; i < writers.length; i++) {
        writers[i] =
            CompletableFuture.runAsync(() -> {
              for (int call = 0; call < 200; call++) {
                totals.add(1_000L + 500L * call, false, Instant.EPOCH);
              }
            });
      }
      while (!CompletableFuture.allOf(writers).isDone()) {
        totals.latencies();
      }
      assertThat(totals.latencies().count()).isEqualTo(600);
    }
  }
}
