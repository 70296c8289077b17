package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How much a client may send. */
class FrameAllowanceTest {
  private final ManualClock clock = new ManualClock(Instant.EPOCH);
  private final FrameAllowance allowance = new FrameAllowance(clock, 10);

  private int taken(int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += allowance.take() ? 1 : 0;
    }
    return taken;
  }

  @Test
  void threeSecondsWorthMayComeAtOnceAndThenTheRateHolds() {
    assertThat(taken(100)).isEqualTo(30);
    clock.advance(Duration.ofMillis(500));
    assertThat(taken(100)).isEqualTo(5);
    clock.advance(Duration.ofMinutes(10));
    assertThat(taken(100)).isEqualTo(30);
  }

  @Test
  void partsOfMillisecondsCountAndAClockThatIsSetBackTakesNothingAway() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    FrameAllowance fast = new FrameAllowance(now::get, 1000);
    for (int i = 0; i < 10_000; i++) {
      now.updateAndGet(instant -> instant.plusNanos(999_999));
      assertThat(fast.take()).as("frame %s", i).isTrue();
    }
    now.updateAndGet(instant -> instant.minusSeconds(3600));
    assertThat(fast.take()).isTrue();
  }
}
