package io.bluefly.registry.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.metrics.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the monitor checks whom. */
class HealthMonitorTest {
  private static final Duration STEP = Duration.ofMillis(100);
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final int AT_ONCE = 256;

  private final Supervised all = new Supervised();

  @AfterEach
  void close() {
    all.close();
  }

  private void register(int count) {
    for (int i = 0; i < count; i++) {
      all.register("c" + i, Supervised.every(30));
    }
  }

  @Test
  void firstChecksAreSpreadOverTheInterval() {
    register(200);
    List<Integer> perStep = all.passSlowly(INTERVAL);
    assertThat(all.begun).hasSize(200);
    for (int second = 0; second < 30; second++) {
      int within = perStep.subList(10 * second, 10 * second + 10).stream().mapToInt(n -> n).sum();
      assertThat(within).as("second %d", second).isBetween(1, 20);
    }
  }

  @Test
  void furtherChecksVaryByATenthOfTheInterval() {
    register(1);
    List<Duration> gaps = new ArrayList<>();
    Instant last = null;
    for (int step = 0; step < 10 * 30 * 100; step++) {
      all.pass(STEP);
      if (all.finish() > 0) {
        if (last != null) {
          gaps.add(Duration.between(last, all.clock.instant()));
        }
        last = all.clock.instant();
      }
    }
    assertThat(gaps).hasSizeGreaterThan(90);
    assertThat(gaps)
        .allSatisfy(
            gap -> assertThat(gap).isBetween(Duration.ofSeconds(27), Duration.ofMillis(33_100)));
    assertThat(gaps).anyMatch(gap -> gap.compareTo(Duration.ofSeconds(28)) < 0);
    assertThat(gaps).anyMatch(gap -> gap.compareTo(Duration.ofSeconds(32)) > 0);
  }

  @Test
  void noMoreThanTheLimitWaitForTheirAnswersAndTheOthersComeSoon() {
    register(300);
    all.pass(INTERVAL);
    assertThat(all.begun).hasSize(AT_ONCE);
    all.pass(Duration.ofSeconds(1));
    assertThat(all.begun).hasSize(AT_ONCE);
    all.finish();
    all.pass(Duration.ofSeconds(1));
    assertThat(all.begun).hasSize(300 - AT_ONCE);
  }

  @Test
  void aCheckThatStillWaitsIsNotBegunAgain() {
    register(1);
    all.pass(INTERVAL);
    assertThat(all.begun).hasSize(1);
    for (int i = 0; i < 10; i++) {
      all.pass(INTERVAL);
    }
    assertThat(all.begun).hasSize(1);
    all.finish();
    all.pass(INTERVAL.multipliedBy(2));
    assertThat(all.begun).hasSize(1);
  }

  @Test
  void whoHasJustAnsweredACallIsNotChecked() {
    Connection busy = all.register("busy", Supervised.every(30));
    for (int i = 0; i < 100; i++) {
      all.call(busy, Duration.ofMillis(5), Outcome.OK);
      all.pass(Duration.ofSeconds(1));
    }
    assertThat(all.begun).isEmpty();
    assertThat(all.monitor.of(busy).status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(all.monitor.of(busy).responseTime()).isEqualTo(5);
    all.pass(INTERVAL.multipliedBy(2));
    assertThat(all.begun).as("it is quiet again").hasSize(1);
  }

  @Test
  void anAnswerThatFailedOrTookLongSparesNoCheck() {
    Connection failing = all.register("failing", Supervised.every(30));
    Connection slow = all.register("slow", Supervised.every(30));
    all.clock.advance(INTERVAL);
    all.call(slow, Duration.ofSeconds(3), Outcome.OK);
    all.call(failing, Duration.ofMillis(5), Outcome.FAILED);
    all.pass(STEP);
    assertThat(all.begun).hasSize(2);
  }

  @Test
  void whoIsRemovedOrNotToBeCheckedIsNotChecked() {
    Connection gone = all.register("gone", Supervised.every(30));
    all.register("left-alone", new HealthCheck(false, 1, 5_000, null, null, null, null, null));
    all.pass(INTERVAL);
    assertThat(all.finish()).isEqualTo(1);
    all.connections.disconnect(gone.id(), true);
    for (int i = 0; i < 10; i++) {
      all.pass(INTERVAL);
    }
    assertThat(all.begun).isEmpty();
  }

  @Test
  void aNewIntervalHoldsFromThenOn() {
    Connection connection = all.register("c", Supervised.every(3600));
    all.pass(Duration.ofHours(1));
    assertThat(all.finish()).isEqualTo(1);
    all.change(connection, Supervised.every(1));
    int checks = 0;
    for (int i = 0; i < 600; i++) {
      all.pass(STEP);
      checks += all.finish();
    }
    assertThat(checks).isBetween(50, 70);
    all.change(connection, Supervised.every(3600));
    all.pass(Duration.ofMinutes(54));
    all.finish();
    all.passSlowly(Duration.ofMinutes(1));
    assertThat(all.begun).isEmpty();
  }

  @Test
  void aServerThatIsBeingOpenedIsNotAskedAndNotBlamed() {
    all.silent = true;
    all.open();
    Connection opening = all.register("opening", Supervised.every(30));
    await().until(() -> all.asked.get() == 1);
    for (int i = 0; i < 10; i++) {
      all.pass(INTERVAL);
      all.finish();
    }
    assertThat(all.asked).hasValue(1);
    assertThat(all.monitor.of(opening).checks()).isZero();
    assertThat(all.monitor.of(opening).status()).isEqualTo(HealthStatus.INITIALIZING);
  }

  @Test
  void aServerThatIsOpenIsAsked() {
    all.open();
    Connection open = all.opened("open");
    int before = all.asked.get();
    all.pass(INTERVAL);
    assertThat(all.finish()).isEqualTo(1);
    assertThat(all.asked.get()).isEqualTo(before + 1);
    assertThat(all.monitor.of(open).checks()).isEqualTo(1);
    assertThat(all.monitor.of(open).lastCheck()).isEqualTo(all.clock.instant());
  }
}
