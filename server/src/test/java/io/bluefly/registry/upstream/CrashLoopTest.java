package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When crashes are a loop. */
class CrashLoopTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
  private final CrashLoop loop = new CrashLoop(Duration.ofMinutes(5));

  private boolean crash(long second) {
    Instant now = START.plusSeconds(second);
    return loop.ended(now.minusSeconds(1), now);
  }

  @Test
  void crashesCountWithinTheWindowOnly() {
    for (int i = 0; i < 10; i++) {
      assertThat(crash(i * 76L)).isFalse();
    }
    assertThat(loop.isLooping()).isFalse();
    assertThat(crash(685)).isTrue();
    assertThat(crash(686)).isFalse();
    assertThat(loop.isLooping()).isTrue();
  }
}
