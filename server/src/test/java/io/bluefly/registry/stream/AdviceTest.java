package io.bluefly.registry.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.Recommendation;
import io.bluefly.registry.balancing.Recommendation.Action;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When advice is told. */
class AdviceTest {
  private final EventInbox inbox = new EventInbox();
  private final List<Recommendation> given = new ArrayList<>();
  private final Advice advice = new Advice(() -> given, inbox, new ManualClock(Instant.EPOCH));

  private static Recommendation recommendation(Action action, int more, String... ids) {
    Recommendation.Figures figures = new Recommendation.Figures(1, 1, 1, 1, 1, 1, 0, 0);
    return new Recommendation(action, "p", "why " + more, more, List.of(ids), figures);
  }

  private List<String> tick() {
    advice.tick();
    return inbox.drain().stream()
        .map(
            e -> e.fields().get("change") + " " + e.fields().get("action") + " " + e.connectionId())
        .toList();
  }

  @Test
  void adviceIsToldWhenItAppearsAndWhenItHasBeenGoneForAWhile() {
    assertThat(tick()).isEmpty();
    given.add(recommendation(Action.SCALE_UP, 1, "a", "b"));
    assertThat(tick()).containsExactly("given scale-up null");
    given.set(0, recommendation(Action.SCALE_UP, 2, "a")); // Other figures, the same advice.
    assertThat(tick()).isEmpty();
    given.clear();
    assertThat(tick()).isEmpty();
    assertThat(tick()).isEmpty();
    given.add(recommendation(Action.SCALE_UP, 2, "a"));
    assertThat(tick()).isEmpty(); // It was never said to be over.
    given.clear();
    tick();
    tick();
    assertThat(tick()).containsExactly("over scale-up null");
    assertThat(tick()).isEmpty();
  }

  @Test
  void adviceToReplaceIsAboutOneConnectionEach() {
    given.add(recommendation(Action.REPLACE, 1, "a"));
    given.add(recommendation(Action.REPLACE, 1, "b"));
    assertThat(tick()).containsExactly("given replace a", "given replace b");
    given.removeFirst();
    tick();
    tick();
    assertThat(tick()).containsExactly("over replace a");
  }
}
