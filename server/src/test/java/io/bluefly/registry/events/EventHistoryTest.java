package io.bluefly.registry.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Ids of events, and which are kept. */
class EventHistoryTest {
  private static final Instant START = Instant.parse("2026-11-23T06:00:00Z");
  private static final Set<EventType> BOTH =
      Set.of(EventType.PROCESS, EventType.CAPABILITY_REQUEST);

  private final EventHistory history = new EventHistory(START, 3);

  private LoggedEvent add(EventType type) {
    return history.add(new Happening(type, "c", "p", null, START, Map.of()));
  }

  private List<Long> after(long number, Set<EventType> types) {
    List<Long> numbers = new ArrayList<>();
    history.after(number, types).forEachRemaining(e -> numbers.add(e.id().sequence()));
    return numbers;
  }

  @Test
  void idsGrowAsTextsTooAndOverRestarts() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      ids.add(add(EventType.PROCESS).id().toString());
    }
    EventHistory next = new EventHistory(START.plus(Duration.ofMillis(1)), 3);
    ids.add(next.last().toString());
    assertThat(ids).isSorted().doesNotHaveDuplicates();
    for (String id : ids) {
      assertThat(EventId.parse(id)).get().hasToString(id);
    }
    assertThat(EventId.parse("1763877600000-1")).isEmpty();
    assertThat(EventId.parse("-1763877600000-000000000001")).isEmpty();
    assertThat(next.isOfAnotherRun(history.last())).isTrue();
    assertThat(history.isOwn(history.last())).isTrue();
    assertThat(history.isOwn(history.id(13))).isFalse();
  }

  @Test
  void aTypeThatComesOftenPushesOutNoOther() {
    add(EventType.PROCESS); // 1
    for (int i = 0; i < 10; i++) {
      add(EventType.CAPABILITY_REQUEST); // 2 to 11
    }
    add(EventType.PROCESS); // 12
    assertThat(after(0, BOTH)).containsExactly(1L, 9L, 10L, 11L, 12L);
    assertThat(after(9, BOTH)).containsExactly(10L, 11L, 12L);
    assertThat(after(0, Set.of(EventType.PROCESS))).containsExactly(1L, 12L);
    assertThat(after(12, BOTH)).isEmpty();
    assertThat(history.lastMissing(BOTH)).isEqualTo(8);
    assertThat(history.lastMissing(Set.of(EventType.PROCESS))).isZero();
  }

  @Test
  void whatWasLostBeforeItHadAnIdIsMissingForEveryType() {
    add(EventType.PROCESS);
    EventId lost = history.lose();
    assertThat(lost.sequence()).isEqualTo(2);
    assertThat(history.lastMissing(Set.of(EventType.EJECTION))).isEqualTo(2);
    assertThat(history.isLost(2)).isTrue();
    assertThat(add(EventType.PROCESS).id().sequence()).isEqualTo(3);
  }

  @Test
  void anEventIsWrittenWithItsOwnFieldsAndTheTimeBehindThem() {
    Happening happening =
        Happening.of(EventType.PROCESS, "mcp-conn-1", "files", START)
            .with("change", "exited")
            .with("pid", 7)
            .with("how", null);
    assertThat(new String(history.add(happening).json(), java.nio.charset.StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"id\":\"1795413600000-000000000001\",\"type\":\"process\","
                + "\"connectionId\":\"mcp-conn-1\",\"pool\":\"files\",\"change\":\"exited\","
                + "\"pid\":7,\"timestamp\":\"2026-11-23T06:00:00Z\"}");
  }

  @Test
  void filtersApplyTogether() {
    Happening idle = Happening.of(EventType.CONNECTION_STATUS, "c", "p", START).withStatus("idle");
    Happening process = Happening.of(EventType.PROCESS, "c", "p", START);
    Set<EventType> status = Set.of(EventType.CONNECTION_STATUS);
    assertThat(EventFilter.ALL.matches(process)).isTrue();
    assertThat(new EventFilter(status, Set.of(), Set.of(), Set.of()).matches(process)).isFalse();
    assertThat(new EventFilter(status, Set.of("c"), Set.of("p"), Set.of("idle")).matches(idle))
        .isTrue();
    assertThat(new EventFilter(status, Set.of("d"), Set.of(), Set.of()).matches(idle)).isFalse();
    assertThat(new EventFilter(Set.of(), Set.of(), Set.of("q"), Set.of()).matches(idle)).isFalse();
    assertThat(new EventFilter(Set.of(), Set.of(), Set.of(), Set.of("error")).matches(idle))
        .isFalse();
    assertThat(new EventFilter(Set.of(), Set.of(), Set.of(), Set.of("idle")).matches(process))
        .isFalse();
  }
}
