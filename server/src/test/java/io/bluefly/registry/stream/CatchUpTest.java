package io.bluefly.registry.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventHistory;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.Happening;
import io.bluefly.registry.security.Scope;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The way from an old id to the present. */
class CatchUpTest {
  private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");
  private static final int ALL = 1 << 20;

  private final EventHistory history = new EventHistory(NOW, 10);

  private void add(EventType type, String pool) {
    history.add(Happening.of(type, "c", pool, NOW));
  }

  private static EventFilter pool(String name) {
    return new EventFilter(Set.of(), Set.of(), Set.of(name), Set.of());
  }

  private CatchUp way(EventFilter filter, EventId after, Subscription... others) {
    return CatchUp.of(
        Scope.ALL,
        new SubscribeRequest("2", filter, after, null),
        after,
        List.of(others),
        history,
        NOW);
  }

  /** Numbers of events, and other messages by type and reason. */
  private List<String> page(CatchUp way, int bytes) {
    List<String> page = new ArrayList<>();
    for (Message message : way.page(history, bytes, NOW)) {
      String json = new String(message.json(), UTF_8);
      String type = field(json, "type");
      page.add(
          switch (type) {
            case "process", "ejection" ->
                Long.toString(EventId.parse(field(json, "id")).orElseThrow().sequence());
            case "gap" -> "gap " + field(json, "reason") + " to " + number(field(json, "to"));
            default -> type;
          });
    }
    return page;
  }

  private static long number(String id) {
    return EventId.parse(id).orElseThrow().sequence();
  }

  private static String field(String json, String name) {
    Matcher matcher = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
    return matcher.find() ? matcher.group(1) : "";
  }

  @Test
  void whatCameAfterTheIdComesPageByPageUntilThePresent() {
    for (int i = 0; i < 6; i++) {
      add(EventType.PROCESS, i % 2 == 0 ? "a" : "b");
    }
    CatchUp way = way(EventFilter.ALL, history.id(1));
    assertThat(page(way, 1)).containsExactly("subscribed", "2");
    assertThat(page(way, 1)).containsExactly("3");
    add(EventType.PROCESS, "a"); // While it is on its way.
    assertThat(way.isComplete()).isFalse();
    assertThat(page(way, ALL)).containsExactly("4", "5", "6", "7");
    assertThat(way.isComplete()).isTrue();
    assertThat(page(way(pool("b"), history.id(2)), ALL)).containsExactly("subscribed", "4", "6");
  }

  @Test
  void whatAnotherSubscriptionHasBroughtIsNotSentAgain() {
    for (int i = 0; i < 4; i++) {
      add(EventType.PROCESS, i % 2 == 0 ? "a" : "b");
    }
    Subscription since2 = new Subscription("1", pool("a"), 2);
    CatchUp way = way(EventFilter.ALL, history.id(0), since2);
    add(EventType.PROCESS, "a"); // 5: wanted by both, not brought by the first any more.
    assertThat(page(way, ALL)).containsExactly("subscribed", "1", "2", "4", "5");
    CatchUp ofB = way(pool("b"), history.id(0), since2);
    add(EventType.PROCESS, "a"); // 6: of the first alone.
    assertThat(page(ofB, ALL)).containsExactly("subscribed", "2", "4", "6");
  }

  @Test
  void whatIsGoneIsAGapAlsoWhenItGoesOnTheWay() {
    for (int i = 0; i < 12; i++) {
      add(EventType.PROCESS, "a");
    }
    CatchUp way = way(EventFilter.ALL, history.id(1));
    assertThat(page(way, 1)).containsExactly("subscribed", "gap overwritten to 2", "3");
    for (int i = 0; i < 4; i++) {
      add(EventType.PROCESS, "a");
    }
    assertThat(page(way, 1)).containsExactly("gap overwritten to 6", "7");
    assertThat(page(way, ALL)).hasSize(9).doesNotContain("gap");
    // The ids of 2 are the last that are missing.
    assertThat(page(way(EventFilter.ALL, history.id(6)), ALL).get(1)).isEqualTo("7");
    EventFilter ejections =
        new EventFilter(Set.of(EventType.EJECTION), Set.of(), Set.of(), Set.of());
    assertThat(page(way(ejections, history.id(1)), ALL)).containsExactly("subscribed");
  }

  @Test
  void aGapStandsBehindTheEventsThatCameBefore() {
    for (int i = 0; i < 3; i++) {
      add(EventType.PROCESS, "a");
    }
    history.lose(); // 4
    add(EventType.PROCESS, "a");
    assertThat(page(way(EventFilter.ALL, history.id(1)), ALL))
        .containsExactly("subscribed", "2", "3", "gap overload to 4", "5");
    CatchUp way = way(EventFilter.ALL, history.id(1));
    assertThat(page(way, 1)).containsExactly("subscribed", "2");
    assertThat(page(way, 1)).containsExactly("3");
    assertThat(page(way, 1)).containsExactly("gap overload to 4", "5");
    assertThat(page(way, 1)).isEmpty();
  }

  @Test
  void idsOfAnotherRunOfTheFutureAndOfLostEventsAreGaps() {
    add(EventType.PROCESS, "a");
    EventId before = new EventId(NOW.toEpochMilli() - 1000, 77);
    assertThat(page(way(EventFilter.ALL, before), ALL))
        .containsExactly("subscribed", "gap restart to 0", "1");
    EventId later = new EventId(NOW.toEpochMilli() + 1000, 1);
    assertThat(page(way(EventFilter.ALL, later), ALL))
        .containsExactly("subscribed", "gap restart to 0", "1");
    assertThat(page(way(EventFilter.ALL, history.id(2)), ALL))
        .containsExactly("subscribed", "gap unknown to 1");
    history.lose();
    add(EventType.PROCESS, "a");
    assertThat(page(way(EventFilter.ALL, history.id(1)), ALL))
        .containsExactly("subscribed", "gap overload to 2", "3");
    for (int i = 0; i < 20; i++) {
      add(EventType.PROCESS, "a");
    }
    assertThat(page(way(EventFilter.ALL, before), ALL))
        .startsWith("subscribed", "gap restart to 13", "14");
  }
}
