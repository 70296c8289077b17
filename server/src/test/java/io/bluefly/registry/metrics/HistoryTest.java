package io.bluefly.registry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private final ManualClock clock = new ManualClock(START);
  private final StoredInMemory store = new StoredInMemory();
  private final CallMetrics metrics =
      new CallMetrics(clock, () -> Duration.between(START, clock.instant()).toNanos());
  private ConnectionCounts connections =
      new ConnectionCounts(Map.of("active", 1), Map.of("healthy", 1));
  private final History history = history(metrics);

  private History history(CallMetrics of) {
    return new History(of, () -> connections, store, clock);
  }

  private void call(String pool, int millis, Outcome outcome) {
    CallMetrics.Call call = metrics.begin("c", pool, null);
    clock.advance(Duration.ofMillis(millis));
    call.end(outcome);
  }

  private void endMinute() {
    Duration passed = Duration.ofMillis(clock.instant().toEpochMilli() % MINUTE.toMillis());
    clock.advance(MINUTE.minus(passed));
    history.tick();
  }

  private List<HistoryPoint> read(String pool, Duration step) {
    return history.read(pool, START, clock.instant(), step);
  }

  @Test
  void eachMinuteHasWhatHappenedInIt() {
    call("a", 100, Outcome.OK);
    call("a", 300, Outcome.FAILED);
    call("b", 50, Outcome.OK);
    history.tick();
    assertThat(store.points).as("the minute is not over").isEmpty();
    endMinute();
    connections = new ConnectionCounts(Map.of("active", 2), Map.of("healthy", 2));
    metrics.begin("c", "a", null);
    endMinute();

    List<HistoryPoint> registry = read(HistoryPoint.REGISTRY, MINUTE);
    assertThat(registry).extracting(HistoryPoint::from).containsExactly(START, START.plus(MINUTE));
    assertThat(registry.getFirst().counts().calls().requests()).isEqualTo(3);
    assertThat(registry.getFirst().counts().calls().errors()).isEqualTo(1);
    assertThat(registry.getFirst().counts().calls().averageLatency()).isEqualTo(150);
    assertThat(registry.getFirst().counts().latencies().p95Millis()).isCloseTo(300, within(3.0));
    assertThat(registry.getLast().counts().calls().requests()).isZero();
    assertThat(registry.getLast().counts().inFlight()).isEqualTo(1);
    assertThat(registry)
        .extracting(HistoryPoint::connections)
        .containsExactly(
            new ConnectionCounts(Map.of("active", 1), Map.of("healthy", 1)), connections);
    assertThat(read("a", MINUTE)).hasSize(2);
    assertThat(read("b", MINUTE)).as("idle minutes are left out").hasSize(1);
    assertThat(history.knows("b")).isTrue();
    assertThat(history.knows("c")).isFalse();
  }

  @Test
  void stepsAreMadeOfTheirMinutes() {
    for (int minute = 0; minute < 6; minute++) {
      for (int i = 0; i < 19; i++) {
        call("a", 1, Outcome.OK);
      }
      call("a", minute == 0 ? 1_000 : 1, Outcome.OK);
      endMinute();
    }
    List<HistoryPoint> steps = read("a", MINUTE.multipliedBy(3));
    assertThat(steps)
        .extracting(HistoryPoint::from)
        .containsExactly(START, START.plus(MINUTE.multipliedBy(3)));
    assertThat(steps).allMatch(step -> step.counts().calls().requests() == 60);
    assertThat(steps.getFirst().counts().latencies().p95Millis())
        .as("of all calls: a mean of the minutes' percentiles would be more")
        .isCloseTo(1, within(0.1));
    assertThat(read("a", MINUTE).getFirst().counts().latencies().count()).isEqualTo(20);
    assertThat(history.read("a", START.plusSeconds(61), clock.instant(), MINUTE)).hasSize(5);
    assertThat(history.read("a", START, START.plus(MINUTE), MINUTE)).hasSize(1);
  }

  @Test
  void aRestartWithinAMinuteLosesNothingOfIt() {
    call("a", 10, Outcome.OK);
    history.close();
    CallMetrics next = new CallMetrics(clock, System::nanoTime);
    History after = history(next);
    next.begin("c", "a", null).end(Outcome.FAILED);
    clock.advance(MINUTE);
    after.tick();
    assertThat(read("a", MINUTE)).hasSize(1);
    assertThat(read("a", MINUTE).getFirst().counts().calls().requests()).isEqualTo(2);
    assertThat(read("a", MINUTE).getFirst().counts().calls().errors()).isEqualTo(1);
    assertThat(read(HistoryPoint.REGISTRY, MINUTE).getFirst().counts().calls().requests())
        .isEqualTo(2);
  }

  @Test
  void aDayIsKept() {
    call("a", 10, Outcome.OK);
    endMinute();
    for (int i = 0; i < 24 * 60; i++) {
      endMinute();
    }
    assertThat(store.points).hasSize(24 * 60);
    assertThat(history.knows("a")).isFalse();
  }

  @Test
  void aMinuteThatIsNotStoredIsMissingAndNoOtherIsWrong() {
    store.refuses = true;
    call("a", 10, Outcome.OK);
    endMinute();
    store.refuses = false;
    call("a", 10, Outcome.OK);
    endMinute();
    assertThat(read("a", MINUTE))
        .extracting(HistoryPoint::from)
        .containsExactly(START.plus(MINUTE));
    assertThat(read("a", MINUTE).getFirst().counts().calls().requests()).isEqualTo(1);
  }
}
