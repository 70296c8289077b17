package io.bluefly.registry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CallMetricsTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final String POOL = "p";
  private final ManualClock clock = new ManualClock(START);
  private final CallMetrics metrics =
      new CallMetrics(clock, () -> Duration.between(START, clock.instant()).toNanos());

  private void call(String connection, String tool, int millis, Outcome outcome) {
    CallMetrics.Call call = metrics.begin(connection, POOL, tool);
    clock.advance(Duration.ofMillis(millis));
    call.end(outcome);
  }

  private static PoolCounts pool(CallMetrics metrics, String name) {
    return metrics.pools().getOrDefault(name, PoolCounts.NONE);
  }

  private double p95(String connection) {
    return metrics.latencies(List.of(connection)).p95Millis();
  }

  @Test
  void countsPerConnectionPerCapabilityAndForAll() {
    call("a", "read", 10, Outcome.OK);
    call("a", "read", 30, Outcome.ERROR_ANSWER);
    call("a", "write", 50, Outcome.FAILED);
    call("b", "read", 70, Outcome.CANCELLED);
    assertThat(metrics.connection("a").requests()).isEqualTo(3);
    assertThat(metrics.connection("a").errors()).isEqualTo(2);
    assertThat(metrics.connection("a").averageLatency()).isEqualTo(30);
    assertThat(p95("a")).isCloseTo(50, within(0.5));
    assertThat(metrics.capabilities("a").get("read")).isNotNull();
    assertThat(metrics.capabilities("a").keySet()).containsExactly("read", "write");
    assertThat(metrics.registry().requests()).isEqualTo(4);
    assertThat(metrics.registry().errorRate()).isEqualTo(0.5);
    assertThat(metrics.connection("a").lastActiveAt()).isEqualTo(START.plusMillis(90));
  }

  @Test
  void theLastAnswerIsTheServersUnlessACallFailedAfterIt() {
    Duration minute = Duration.ofMinutes(1);
    assertThat(metrics.lastAnswer("a", minute)).isEmpty();
    call("a", "read", 10, Outcome.OK);
    assertThat(metrics.lastAnswer("a", minute)).hasValue(10);
    call("a", "read", 20, Outcome.ERROR_ANSWER);
    assertThat(metrics.lastAnswer("a", minute)).as("it did answer").hasValue(20);
    call("a", "read", 30, Outcome.CANCELLED);
    assertThat(metrics.lastAnswer("a", minute)).as("nobody knows").hasValue(20);
    clock.advance(minute.minusMillis(30));
    assertThat(metrics.lastAnswer("a", minute)).hasValue(20);
    clock.advance(Duration.ofMillis(1));
    assertThat(metrics.lastAnswer("a", minute)).isEmpty();
    call("a", "read", 10, Outcome.OK);
    call("a", "read", 10, Outcome.FAILED);
    assertThat(metrics.lastAnswer("a", minute)).isEmpty();
    assertThat(metrics.lastAnswer("b", minute)).isEmpty();
  }

  @Test
  void callsAreInFlightUntilTheyEndOnce() {
    CallMetrics.Call call = metrics.begin("a", POOL, null);
    assertThat(metrics.inFlight("a")).isEqualTo(1);
    call.end(Outcome.OK);
    call.end(Outcome.FAILED);
    assertThat(metrics.inFlight("a")).isZero();
    assertThat(metrics.connection("a").requests()).isEqualTo(1);
    assertThat(metrics.connection("a").errors()).isZero();
  }

  @Test
  void reportedCallsCountLikeThoseThatWereForwarded() {
    call("a", "read", 10, Outcome.OK);
    metrics.record("a", POOL, new Usage(5, 9, 3, List.of(20.0, 20.5, 19.5)));
    Figures figures = metrics.connection("a");
    assertThat(figures.requests()).isEqualTo(10);
    assertThat(figures.errors()).isEqualTo(3);
    assertThat(figures.averageLatency()).isEqualTo(19);
    assertThat(p95("a")).isCloseTo(20.5, within(0.3));
    assertThat(figures.requestsPerMinute()).isEqualTo(10);
    assertThat(figures.recentErrorRate()).isEqualTo(0.3);
    assertThat(figures.lastActiveAt()).isEqualTo(clock.instant());
    assertThat(figures.inFlight()).isZero();
    assertThat(metrics.registry().requests()).isEqualTo(10);
    assertThat(metrics.capabilities("a"))
        .hasEntrySatisfying("read", f -> assertThat(f.requests()).isEqualTo(1));
  }

  @Test
  void fewLatenciesStandForAllReportedCalls() {
    metrics.record("a", POOL, new Usage(0, 1_000, 0, List.of(10.0, 30.0, 50.0)));
    assertThat(metrics.connection("a").averageLatency()).isCloseTo(30, within(0.1));
    metrics.record("a", POOL, new Usage(0, 9_000, 0, List.of(1.0)));
    assertThat(metrics.connection("a").averageLatency()).isCloseTo(3.9, within(0.1));
    assertThat(p95("a")).isCloseTo(30, within(0.5));
  }

  @Test
  void aReportWithoutCallsIsNoActivity() {
    metrics.record("a", POOL, new Usage(7, 0, 0, List.of()));
    assertThat(metrics.connection("a").lastActiveAt()).isNull();
    assertThat(metrics.connection("a").requests()).isZero();
  }

  @Test
  void theCountOfASlotNeverRunsOver() {
    SlidingWindow window = new SlidingWindow();
    window.add(0, 4_000_000_000L);
    window.add(0, 4_000_000_000L);
    window.add(0);
    assertThat(window.count(0, Duration.ofMinutes(1))).isEqualTo(0xFFFF_FFFFL);
    assertThat(window.count(Duration.ofSeconds(65).toNanos(), Duration.ofMinutes(1))).isZero();
  }

  @Test
  void theWindowsForgetWhatIsOld() {
    call("a", "read", 0, Outcome.FAILED);
    assertThat(metrics.connection("a").requestsPerMinute()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(65));
    assertThat(metrics.connection("a").requestsPerMinute()).isZero();
    assertThat(metrics.connection("a").recentErrorRate()).isEqualTo(1);
    clock.advance(Duration.ofMinutes(5));
    assertThat(metrics.connection("a").recentErrorRate()).isZero();
    assertThat(metrics.connection("a").requests()).isEqualTo(1);
  }

  @Test
  void namesWithoutEndAreNotKeptApart() {
    for (int i = 0; i < CallMetrics.MAX_CAPABILITIES + 500; i++) {
      call("a", "tool-" + i, 1, Outcome.OK);
    }
    assertThat(metrics.capabilities("a")).hasSize(CallMetrics.MAX_CAPABILITIES + 1);
    assertThat(metrics.capabilities("a").get(CallMetrics.OTHERS)).isNotNull();
  }

  @Test
  void concurrentCallsAreAllCounted() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 10_000; i++) {
                  metrics.begin("a", POOL, "x").end(Outcome.OK);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(metrics.connection("a").requests()).isEqualTo(80_000);
    assertThat(metrics.connection("a").requestsPerMinute()).isEqualTo(80_000);
    assertThat(metrics.inFlight("a")).isZero();
    assertThat(metrics.latencies(List.of("a")).count()).isEqualTo(80_000);
    assertThat(metrics.registryLatencies().count()).isEqualTo(80_000);
  }

  @Test
  void whatCountsForAPoolStaysWhenTheConnectionGoes() {
    metrics.begin("a", "first", null).end(Outcome.OK);
    metrics.begin("a", "second", null).end(Outcome.FAILED);
    metrics.begin("b", "second", null);
    metrics.forget("a");
    assertThat(pool(metrics, "first").calls().requests()).isEqualTo(1);
    assertThat(pool(metrics, "second").calls().errors()).isEqualTo(1);
    assertThat(pool(metrics, "second").inFlight()).isEqualTo(1);
    assertThat(metrics.registry().requests()).isEqualTo(2);
    assertThat(metrics.registry().inFlight()).isEqualTo(1);
    assertThat(metrics.connection("a")).isEqualTo(Figures.NONE);
  }

  @Test
  void poolsBeyondTheBoundAreOne() {
    CallMetrics few = new CallMetrics(clock, System::nanoTime, 2);
    for (String pool : List.of("a", "b", "c", "d", "a")) {
      few.begin("connection", pool, null).end(Outcome.OK);
    }
    assertThat(few.pools().keySet()).containsExactly("a", "b", "other");
    assertThat(pool(few, "other").calls().requests()).isEqualTo(2);
    assertThat(few.registry().requests()).isEqualTo(5);
  }

  @Test
  void someConnectionsAreOne() {
    call("a", "read", 10, Outcome.OK);
    call("b", "read", 30, Outcome.FAILED);
    call("c", "read", 1_000, Outcome.OK);
    Figures both = metrics.connections(List.of("a", "b", "unknown"));
    assertThat(both.requests()).isEqualTo(2);
    assertThat(both.averageLatency()).isEqualTo(20);
    assertThat(both.errorRate()).isEqualTo(0.5);
    assertThat(metrics.latencies(List.of("a", "b")).p95Millis()).isCloseTo(30, within(0.5));
    assertThat(metrics.registryLatencies().p95Millis()).isCloseTo(1_000, within(10.0));
  }

  @Test
  void requestsPerSecondAreThoseOfTheTimeThatItHasRun() {
    for (int i = 0; i < 20; i++) {
      call("a", "read", 500, Outcome.OK);
    }
    assertThat(metrics.requestsPerSecond()).isEqualTo(2);
    clock.advance(Duration.ofSeconds(40));
    assertThat(metrics.requestsPerSecond()).isEqualTo(0.4);
    clock.advance(Duration.ofMinutes(2));
    assertThat(metrics.requestsPerSecond()).isZero();
  }

  @Test
  void aSteadyRateIsSteadyWhereverTheSlotsBegin() {
    for (int i = 0; i < 1_000; i++) {
      call("a", "read", 100, Outcome.OK);
      if (i >= 650) {
        assertThat(metrics.connection("a").requestsPerMinute()).isBetween(599L, 601L);
      }
    }
  }
}
