package io.bluefly.registry.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Time that goes on evenly. */
class SteadyClockTest {
  @Test
  void itGoesOnWithTheNanosecondsAndNotWithTheWallClock() {
    Instant start = Instant.parse("2026-11-23T06:00:00Z");
    ManualClock wall = new ManualClock(start);
    AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
    SteadyClock steady = new SteadyClock(wall, nanos::get);
    wall.advance(Duration.ofDays(1));
    assertThat(steady.instant()).isEqualTo(start);
    nanos.addAndGet(1_000_000); // It may well overflow.
    assertThat(steady.instant()).isEqualTo(start.plusMillis(1));
  }
}
