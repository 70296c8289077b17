package io.bluefly.registry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.metrics.UsageReports.TooManyReportersException;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageReportsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private final ManualClock clock = new ManualClock(START);

  /** A monotonic clock that is about to pass the largest number. */
  private final UsageReports reports =
      new UsageReports(
          Duration.ofSeconds(60),
          () -> Long.MAX_VALUE - 10 + Duration.between(START, clock.instant()).toNanos());

  @Test
  void aConnectionHasWhatItsReportersHaveTogether() {
    assertThat(reports.inFlight("a")).isZero();
    reports.report("a", "x", 3);
    reports.report("a", "y", 4);
    reports.report("b", "x", 9);
    assertThat(reports.inFlight("a")).isEqualTo(7);
    assertThat(reports.reporters("a")).isEqualTo(2);
    reports.report("a", "x", 1);
    assertThat(reports.inFlight("a")).isEqualTo(5);
    assertThat(reports.inFlight("b")).isEqualTo(9);
  }

  @Test
  void zeroEndsAReportersShare() {
    reports.report("a", "x", 3);
    reports.report("a", "y", 4);
    reports.report("a", "x", 0);
    assertThat(reports.inFlight("a")).isEqualTo(4);
    assertThat(reports.reporters("a")).isEqualTo(1);
    reports.report("a", "y", 0);
    assertThat(reports.inFlight("a")).isZero();
  }

  @Test
  void aShareExpiresWhenItsReporterSaysNothingMore() {
    reports.report("a", "x", 3);
    clock.advance(Duration.ofSeconds(30));
    reports.report("a", "y", 4);
    clock.advance(Duration.ofSeconds(29));
    assertThat(reports.inFlight("a")).isEqualTo(7);
    clock.advance(Duration.ofSeconds(1));
    assertThat(reports.inFlight("a")).isEqualTo(4);
    assertThat(reports.reporters("a")).isEqualTo(1);
    clock.advance(Duration.ofSeconds(30));
    assertThat(reports.inFlight("a")).isZero();
  }

  @Test
  void whoReportsAgainLivesOnWhoeverWasFirst() {
    reports.report("a", "x", 3);
    reports.report("a", "y", 4);
    clock.advance(Duration.ofSeconds(59));
    reports.report("a", "x", 5);
    clock.advance(Duration.ofSeconds(1));
    assertThat(reports.inFlight("a")).isEqualTo(5);
  }

  @Test
  void thereAreOnlySoManyReportersUntilOneHasExpired() {
    reports.report("a", "first", 1);
    clock.advance(Duration.ofSeconds(1));
    for (int i = 1; i < UsageReports.MOST_REPORTERS; i++) {
      reports.report("a", "r" + i, 1);
    }
    assertThatThrownBy(() -> reports.report("a", "new", 1))
        .isInstanceOf(TooManyReportersException.class)
        .hasMessageContaining("1000")
        .hasMessageContaining("60 s");
    assertThat(reports.inFlight("a")).isEqualTo(UsageReports.MOST_REPORTERS);
    reports.report("a", "new", 0);
    reports.report("a", "r7", 2);
    reports.report("b", "new", 1);
    clock.advance(Duration.ofSeconds(59));
    reports.report("a", "new", 1);
    assertThat(reports.inFlight("a")).isEqualTo(UsageReports.MOST_REPORTERS + 1);
  }

  @Test
  void whatIsForgottenIsGone() {
    reports.report("a", "x", 3);
    reports.forget("a");
    assertThat(reports.inFlight("a")).isZero();
  }

  @Test
  void concurrentReportsAllCount() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      String reporter = "r" + t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 1; i <= 2_000; i++) {
                  reports.report("a", reporter, i % 7);
                  assertThat(reports.inFlight("a")).isBetween(0, 48);
                }
                reports.report("a", reporter, 5);
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(reports.inFlight("a")).isEqualTo(40);
  }

  @ParameterizedTest
  @CsvSource({
    "-1, 0, 0, ''",
    "100001, 0, 0, ''",
    "0, -1, 0, ''",
    "0, 1000001, 0, 1",
    "0, 1, 2, 1",
    "0, 1, -1, 1",
    "0, 1, 0, ''",
    "0, 1, 0, 1 2",
    "0, 0, 0, 1",
    "0, 1, 0, -0.1",
    "0, 1, 0, NaN",
    "0, 1, 0, 86400001",
  })
  void aReportThatCanNotBeIsNone(int inFlight, long requests, long errors, String latencies) {
    List<Double> all =
        latencies.isEmpty()
            ? List.of()
            : List.of(latencies.split(" ")).stream().map(Double::valueOf).toList();
    assertThatThrownBy(() -> new Usage(inFlight, requests, errors, all))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
