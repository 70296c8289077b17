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

  private static final Limits LIMITS =
      new Limits(Duration.ofSeconds(2), 2, 3, 2, 0.5, 20, 3, Duration.ofMinutes(5));

  private static Health after(Evidence... evidence) {
    Health health = Health.initializing(NOW);
    for (Evidence next : evidence) {
      health = health.with(next, LIMITS, NOW);
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
    Health recovered = flapping.with(QUICK, LIMITS, NOW);
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
  void whoFoundNoTurnIsDueInASecondAndThenAsUsual() {
    Schedule schedule = new Schedule(new SplittableRandom(1));
    schedule.put("a", Duration.ofSeconds(30), NOW);
    assertThat(schedule.due(NOW.plusSeconds(30))).containsExactly("a");
    schedule.soon("a", NOW.plusSeconds(30));
    assertThat(schedule.due(NOW.plusMillis(30_999))).isEmpty();
    assertThat(schedule.due(NOW.plusSeconds(31))).containsExactly("a");
    assertThat(schedule.due(NOW.plusSeconds(57))).isEmpty();
    assertThat(schedule.due(NOW.plusSeconds(65))).containsExactly("a");
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

  @Test
  void aServedCallCountsLikeAnAnsweredProbeButIsNone() {
    Health served = after(SILENCE, new Evidence.Served(5), new Evidence.Served(7));
    assertThat(served.status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(served.responseTime()).isEqualTo(7);
    assertThat(served.checks()).isEqualTo(1);
    assertThat(served.failedChecks()).isEqualTo(1);
  }

  @Test
  void errorsOfCallsDegradeUntilThereAreHalfAsMany() {
    Health bad = after(QUICK, new Evidence.Calls(20, 0.5));
    assertThat(bad.status()).isEqualTo(HealthStatus.DEGRADED);
    assertThat(bad.message()).isEqualTo("50 % of the last 20 calls came to errors");
    assertThat(bad.with(QUICK, LIMITS, NOW).with(QUICK, LIMITS, NOW).status())
        .isEqualTo(HealthStatus.DEGRADED);
    assertThat(bad.with(new Evidence.Calls(20, 0.25), LIMITS, NOW).status())
        .isEqualTo(HealthStatus.DEGRADED);
    Health good = bad.with(new Evidence.Calls(20, 0.24), LIMITS, NOW);
    assertThat(good.status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(good.message()).isNull();
    assertThat(good.with(new Evidence.Calls(20, 0.49), LIMITS, NOW).status())
        .isEqualTo(HealthStatus.HEALTHY);
  }

  @Test
  void aFewErrorsDoNotCount() {
    assertThat(after(QUICK, new Evidence.Calls(19, 1)).status()).isEqualTo(HealthStatus.HEALTHY);
  }

  @Test
  void errorsOfCallsMakeNobodyBetter() {
    Health down =
        after(
            QUICK,
            new Evidence.Calls(100, 0.9),
            new Evidence.Down(FailureReason.EXITED, "it has exited"));
    assertThat(down.status()).isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(down.message()).isEqualTo("it has exited");
    Health still = after(QUICK, SILENCE, SILENCE, SILENCE, new Evidence.Calls(100, 0.9));
    assertThat(still.status()).isEqualTo(HealthStatus.UNHEALTHY);
    assertThat(still.message()).isEqualTo("no answer");
  }

  /** Leaves health and comes back, both a minute after what was before. */
  private static Health flapped(Health health, int minute) {
    Instant time = NOW.plus(Duration.ofMinutes(minute));
    Health gone = health;
    for (Evidence next : List.of(SILENCE, SILENCE, SILENCE)) {
      gone = gone.with(next, LIMITS, time);
    }
    assertThat(gone.status()).isEqualTo(HealthStatus.UNHEALTHY);
    return gone.with(new Evidence.Opened(1), LIMITS, time);
  }

  @Test
  void whoLeavesHealthAgainAndAgainIsDegradedUntilThatIsLongAgo() {
    Health once = flapped(after(QUICK), 0);
    Health twice = flapped(once, 1);
    assertThat(twice.status()).isEqualTo(HealthStatus.HEALTHY);
    Health thrice = flapped(twice, 2);
    assertThat(thrice.status()).isEqualTo(HealthStatus.DEGRADED);
    assertThat(thrice.message()).contains("again and again");
    Health answering = thrice.with(QUICK, LIMITS, NOW.plus(Duration.ofMinutes(5)));
    assertThat(answering.status()).isEqualTo(HealthStatus.DEGRADED);
    Evidence quiet = new Evidence.Quiet();
    assertThat(answering.with(quiet, LIMITS, NOW.plus(Duration.ofMinutes(6))).status())
        .isEqualTo(HealthStatus.DEGRADED);
    Health over = answering.with(quiet, LIMITS, NOW.plus(Duration.ofMinutes(7)));
    assertThat(over.status()).isEqualTo(HealthStatus.HEALTHY);
    assertThat(over.message()).isNull();
    assertThat(over.lastCheck()).isEqualTo(NOW.plus(Duration.ofMinutes(5)));
  }

  @Test
  void whoFlapsNeedsMoreGoodAnswersToBeTakenForUsable() {
    Health flapping = flapped(flapped(flapped(after(QUICK), 0), 0), 0);
    Health down = flapping;
    for (int i = 0; i < LIMITS.unhealthyAfter(); i++) {
      down = down.with(SILENCE, LIMITS, NOW);
    }
    Health answering = down;
    for (int i = 0; i < 2 * LIMITS.recoveredAfter(); i++) {
      answering = answering.with(QUICK, LIMITS, NOW);
    }
    assertThat(answering.status()).isEqualTo(HealthStatus.UNHEALTHY);
    for (int i = 0; i < 2 * LIMITS.recoveredAfter(); i++) {
      answering = answering.with(QUICK, LIMITS, NOW);
    }
    assertThat(answering.status()).isEqualTo(HealthStatus.DEGRADED);
  }

  @Test
  void rareFailuresAreNoFlapping() {
    Health health = after(QUICK);
    for (int minute = 0; minute < 100; minute += 10) {
      health = flapped(health, minute);
      assertThat(health.status()).isEqualTo(HealthStatus.HEALTHY);
    }
  }
}
