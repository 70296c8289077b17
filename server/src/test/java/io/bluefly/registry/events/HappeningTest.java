package io.bluefly.registry.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an event keeps. */
class HappeningTest {
  private static @Nullable Object kept(String text) {
    Happening event = Happening.of(EventType.PROCESS, "c", null, Instant.EPOCH);
    return event.with("message", text).fields().get("message");
  }

  @Test
  void longTextsAreCutButNotWithinACharacter() {
    String longest = "x".repeat(EventText.LONGEST);
    assertThat(kept(longest)).isEqualTo(longest);
    assertThat(kept(longest + "x")).isEqualTo("x".repeat(255) + "…");
    assertThat(kept("x".repeat(254) + "😀" + longest)).isEqualTo("x".repeat(254) + "…");
    assertThat(kept("x".repeat(253) + "😀" + longest)).isEqualTo("x".repeat(253) + "😀…");
  }
}
