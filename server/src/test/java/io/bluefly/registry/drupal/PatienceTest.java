package io.bluefly.registry.drupal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pauses here are long, so that whoever waited for one to end would be seen. */
@Timeout(10)
class PatienceTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final Patience patience = new Patience(Duration.ofSeconds(60), LONG);

  @AfterEach
  void stop() {
    patience.stop();
  }

  @Test
  void whoWasNotAskedToWaitGoesOn() {
    assertThat(patience.awaitTurn()).isTrue();
  }

  @Test
  void aPauseBeyondTheBudgetIsRefusedAndNobodyWaitsForIt() {
    assertThat(patience.pause(61)).isFalse();
    assertThat(patience.pause(Integer.MAX_VALUE)).isFalse();
    assertThat(patience.awaitTurn()).isTrue();
  }

  @Test
  void theBudgetIsForAllPausesTogether() {
    assertThat(patience.pause(40)).isTrue();
    assertThat(patience.pause(55)).isTrue();
    assertThat(patience.pause(70)).isFalse();
  }

  @Test
  void whatManyAreAskedForAtOnceCountsOnce() {
    for (int i = 0; i < 100; i++) {
      assertThat(patience.pause(50)).isTrue();
    }
    assertThat(patience.pause(55)).isTrue();
    assertThat(patience.pause(62)).isFalse();
  }

  @Test
  void aShorterPauseMeanwhileIsPartOfTheLongerOne() {
    assertThat(patience.pause(50)).isTrue();
    assertThat(patience.pause(20)).isTrue();
    assertThat(patience.pause(55)).isTrue();
  }

  @Test
  void everybodyWaitsForAPauseToEnd() throws Exception {
    patience.pause(0); // Up to 0.2 s, or none.
    assertThat(patience.awaitTurn()).isTrue();
    patience.pause(50);
    Waiting one = new Waiting(patience::awaitTurn);
    Waiting other = new Waiting(patience::awaitTurn);
    patience.stop();
    assertThat(one.result()).isFalse();
    assertThat(other.result()).isFalse();
  }

  @Test
  void theStopEndsEveryWaiting() throws Exception {
    Waiting next = new Waiting(patience::awaitNextSecond);
    Waiting backOff = new Waiting(() -> patience.backOff(100));
    patience.stop();
    assertThat(next.result()).isFalse();
    assertThat(backOff.result()).isFalse();
    assertThat(patience.awaitTurn()).isFalse();
    assertThat(patience.awaitNextSecond()).isFalse();
    assertThat(patience.backOff(1)).isFalse();
  }

  @Test
  void anInterruptEndsTheWaitingAndStaysSet() throws Exception {
    patience.pause(50);
    for (BooleanSupplier wait :
        List.<BooleanSupplier>of(patience::awaitTurn, () -> patience.backOff(100))) {
      Waiting waiting = new Waiting(wait);
      waiting.thread.interrupt();
      assertThat(waiting.result()).isFalse();
      assertThat(waiting.interrupted).isTrue();
    }
  }

  @Test
  void aSyncTakesNoLongerThanItMay() {
    assertThat(new Patience(LONG, Duration.ZERO).awaitTurn()).isFalse();
  }

  @Test
  void theFirstTryAgainComesAfterATenthOfASecond() {
    long begin = System.nanoTime();
    assertThat(patience.backOff(1)).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - begin))
        .isBetween(Duration.ofMillis(100), Duration.ofSeconds(5));
  }

  /** A thread that has begun to wait. */
  private static final class Waiting {
    private final CompletableFuture<Boolean> result = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean interrupted;

    Waiting(BooleanSupplier wait) {
      thread =
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                boolean goesOn = wait.getAsBoolean();
                interrupted = Thread.currentThread().isInterrupted();
                result.complete(goesOn);
              });
      await()
          .pollInterval(Duration.ofMillis(5))
          .until(() -> thread.getState() == Thread.State.TIMED_WAITING || result.isDone());
      assertThat(result).isNotDone();
    }

    boolean result() throws Exception {
      return result.get(5, TimeUnit.SECONDS);
    }
  }
}
