package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProbeMemoryTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

  private final ManualClock clock = new ManualClock(START);
  private final ProbeMemory memory = new ProbeMemory();

  @Test
  void theVerdictStandsForADay() {
    assertThat(memory.legacySince(clock.instant())).isNull();
    memory.foundLegacy(clock.instant());
    clock.advance(Duration.ofHours(24).minusMillis(1));
    assertThat(memory.legacySince(clock.instant())).isEqualTo(START);
    clock.advance(Duration.ofMillis(1));
    assertThat(memory.legacySince(clock.instant())).isNull();
  }

  @Test
  void aVerdictThatDoesNotFitIsForgotten() {
    memory.foundLegacy(clock.instant());
    memory.forget();
    assertThat(memory.legacySince(clock.instant())).isNull();
  }
}
