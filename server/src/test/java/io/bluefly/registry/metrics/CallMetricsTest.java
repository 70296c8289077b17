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
  private final ManualClock clock = new ManualClock(START);
  private final CallMetrics metrics =
      new CallMetrics(clock, () -> Duration.between(START, clock.instant()).toNanos());

  private void call(String connection, String tool, int millis, Outcome outcome) {
    CallMetrics.Call call = metrics.begin(connection, tool);
    clock.advance(Duration.ofMillis(millis));
    call.end(outcome);
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
    assertThat(metrics.connection("a").p95Latency()).isCloseTo(50, within(0.5));
    assertThat(metrics.capabilities("a").get("read")).isNotNull();
    assertThat(metrics.capabilities("a").keySet()).containsExactly("read", "write");
    assertThat(metrics.registry().requests()).isEqualTo(4);
    assertThat(metrics.registry().errorRate()).isEqualTo(0.5);
    assertThat(metrics.connection("a").lastActiveAt()).isEqualTo(START.plusMillis(90));
  }

  @Test
  void callsAreInFlightUntilTheyEndOnce() {
    CallMetrics.Call call = metrics.begin("a", null);
    assertThat(metrics.inFlight("a")).isEqualTo(1);
    call.end(Outcome.OK);
    call.end(Outcome.FAILED);
    assertThat(metrics.inFlight("a")).isZero();
    assertThat(metrics.connection("a").requests()).isEqualTo(1);
    assertThat(metrics.connection("a").errors()).isZero();
  }

  @Test
  void theWindowsForgetWhatIsOld() {
    call("a", "read", 0, Outcome.FAILED);
    assertThat(metrics.connection("a").requestsPerMinute()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(61));
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
                  metrics.begin("a", "x").end(Outcome.OK);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(metrics.connection("a").requests()).isEqualTo(80_000);
    assertThat(metrics.connection("a").requestsPerMinute()).isEqualTo(80_000);
    assertThat(metrics.inFlight("a")).isZero();
  }
}
