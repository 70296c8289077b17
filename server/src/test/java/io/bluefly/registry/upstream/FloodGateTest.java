package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How fast a flood passes. */
class FloodGateTest {
  private static final long MEBIBYTE = 1 << 20;
  private long now;
  private final FloodGate gate = new FloodGate(() -> now);

  @Test
  void aBurstPassesAtOnceAndAFloodAtItsRate() {
    assertThat(gate.charge(FloodGate.BURST)).isZero();
    for (int i = 0; i < 10; i++) {
      long pause = gate.charge(MEBIBYTE);
      assertThat(TimeUnit.NANOSECONDS.toMillis(pause)).isEqualTo(1000 * MEBIBYTE / FloodGate.RATE);
      now += pause;
    }
  }

  @Test
  void whoPausesMayFloodAgainButNotMore() {
    assertThat(gate.charge(FloodGate.BURST + MEBIBYTE)).isPositive();
    now += TimeUnit.HOURS.toNanos(1);
    assertThat(gate.charge(FloodGate.BURST)).isZero();
    assertThat(gate.charge(MEBIBYTE)).isPositive();
  }

  @Test
  void whatWasWantedAfterAllIsGivenBack() {
    assertThat(gate.charge(FloodGate.BURST)).isZero();
    gate.charge(-MEBIBYTE);
    assertThat(gate.charge(MEBIBYTE)).isZero();
    assertThat(gate.charge(1)).isPositive();
  }
}
