package io.bluefly.registry.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.upstream.FailureReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Evidence QUICK = new Evidence.Answered(5);
  private static final Evidence SLOW = new Evidence.Answered(2_001);
  private static final Evidence SILENCE =
      new Evidence.Unanswered(FailureReason.TIMEOUT, "no answer");

  private record Checks(
      Duration slowAfter,
      int degradedAfter,
      int unhealthyAfter,
      int recoveredAfter,
      EjectionSettings ejection)
      implements HealthSettings {}

  private static final HealthSettings SETTINGS =
      new Checks(Duration.ofSeconds(2), 2, 3, 2, TestEjection.DEFAULT);

  private static Health after(Evidence... evidence) {
    Health health = Health.initializing(NOW);
    for (Evidence next : evidence) {
      health = health.with(next, SETTINGS, NOW);
    }
    return health;
  }

  @Test
  void oneAnswerMakesANewConnectionHealthy() {
    assertThat(after(QUICK).status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(after(new Evidence.Opened(10)).status()).isEqualTo(HealthStatus.HEALTHY);
  }

  @Test
  void silenceDegradesFirstAndIsBelievedTheThirdTime() {
    assertThat(after(QUICK, SILENCE).status()).isEqualTo(HealthStatus.DEGRADED);
    assertThat(after(QUICK, SILENCE, SILENCE).status()).isEqualTo(HealthStatus.DEGRADED);
    Health down = after(QUICK, SILENCE, SILENCE, SILENCE);
    assertThat(down.status()).isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(down.reason()).isEqualTo(FailureReason.TIMEOUT);
    assertThat(down.checks()).isEqualTo(4);
    assertThat(down.failedChecks()).isEqualTo(3);
  }

  @Test
  void oneGoodAnswerIsNoRecovery() {
    Health flapping = after(QUICK, SILENCE, SILENCE, SILENCE, QUICK);
    assertThat(flapping.status()).isEqualTo(HealthStatus.UNHEALTHY);
    Health recovered = flapping.with(QUICK, SETTINGS, NOW);
    assertThat(recovered.status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(recovered.reason()).isNull();
    assertThat(after(QUICK, SILENCE, QUICK, SILENCE, QUICK, SILENCE).status())
        .isEqualTo(HealthStatus.DEGRADED);
  }

  @Test
  void slownessDegradesWhenItComesTwice() {
    assertThat(after(QUICK, SLOW).status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(after(QUICK, SLOW, QUICK, SLOW).status()).isEqualTo(HealthStatus.HEALTHY);
    Health slow = after(QUICK, SLOW, SLOW);
    assertThat(slow.status()).isEqualTo(HealthStatus.DEGRADED);
    assertThat(slow.message()).contains("2001 ms");
    assertThat(after(QUICK, SLOW, SLOW, QUICK, QUICK).status()).isEqualTo(HealthStatus.HEALTHY);
  }

  @Test
  void whatIsCertainNeedsNoRepetition() {
    Evidence down = new Evidence.Down(FailureReason.EXITED, "the process exited");
    assertThat(after(QUICK, down).status()).isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(after(QUICK, down, new Evidence.Opened(10)).status())
        .isEqualTo(HealthStatus.HEALTHY);
    Evidence closed = new Evidence.Unanswered(FailureReason.NEEDS_AUTHENTICATION, "HTTP 401");
    assertThat(after(QUICK, closed).status()).isEqualTo(HealthStatus.UNHEALTHY);
  }

  @Test
  void checksAreSpreadAndNeverComeInStep() {
    Schedule schedule = new Schedule(new SplittableRandom(1));
    for (int i = 0; i < 1_000; i++) {
      schedule.put("c" + i, Duration.ofSeconds(30), NOW);
    }
    List<Integer> perSecond = new ArrayList<>();
    Set<String> checked = new HashSet<>();
    for (int second = 1; second <= 30; second++) {
      List<String> due = schedule.due(NOW.plusSeconds(second));
      perSecond.add(due.size());
      checked.addAll(due);
    }
    assertThat(checked).hasSize(1_000);
    assertThat(perSecond).allMatch(n -> n > 10 && n < 70);
  }

  @Test
  void aRescheduledOrRemovedConnectionIsNotCheckedAtItsOldTime() {
    Schedule schedule = new Schedule(new SplittableRandom(1));
    schedule.put("a", Duration.ofSeconds(1), NOW);
    schedule.put("a", Duration.ofSeconds(1), NOW);
    assertThat(schedule.due(NOW.plusSeconds(1))).containsExactly("a");
    schedule.remove("a");
    assertThat(schedule.due(NOW.plusSeconds(100))).isEmpty();
  }
}
