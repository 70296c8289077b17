package io.bluefly.registry.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.health.Answers;
import io.bluefly.registry.health.Flapping;
import io.bluefly.registry.health.Health;
import io.bluefly.registry.health.HealthEvent;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private final ManualClock clock = new ManualClock(START);
  private final EventBus bus = new EventBus();
  private final Timeline timeline = new Timeline(bus);

  private static Registration registration(int weight) {
    return new Registration(
        "name",
        ConnectionType.CLIENT,
        Protocol.HTTP,
        null,
        null,
        Map.of(),
        HealthCheck.DEFAULT,
        "name",
        20,
        weight,
        Instances.ONE);
  }

  private static Connection connection(String id, ConnectionStatus status) {
    return new Connection(id, registration(1), status, START, START, null);
  }

  private Connection register(String id) {
    Connection connection = connection(id, ConnectionStatus.ACTIVE);
    bus.publish(new ConnectionEvent.Registered(connection, clock.instant()));
    return connection;
  }

  private void down(String id, String message) {
    bus.publish(new UpstreamEvent.Down(id, FailureReason.UNREACHABLE, message, clock.instant()));
  }

  private List<String> messages(String id) {
    return timeline.of(id, Timeline.MOST).stream().map(e -> e.story().message()).toList();
  }

  @Test
  void tellsWhatHappenedToAConnectionTheNewestFirst() {
    Connection a = register("a");
    register("b");
    clock.advance(Duration.ofSeconds(1));
    down("a", "refused");
    Health ill =
        new Health(
            new Answers(
                HealthStatus.UNHEALTHY,
                START,
                null,
                new Answers.Checks(1, 1),
                new Answers.Trouble(FailureReason.UNREACHABLE, "refused"),
                Answers.Streak.NONE),
            null,
            Flapping.NONE);
    bus.publish(new HealthEvent.Changed("a", HealthStatus.HEALTHY, ill, clock.instant()));
    bus.publish(
        new ConnectionEvent.StatusChanged(
            ConnectionStatus.ACTIVE, connection("a", ConnectionStatus.ERROR), clock.instant()));
    bus.publish(new CapabilityEvent.Changed("a", Set.of(Kind.TOOL, Kind.PROMPT), clock.instant()));
    bus.publish(new ConnectionEvent.Disconnected(a, true, clock.instant()));
    bus.publish(
        new ConnectionEvent.StatusChanged(
            ConnectionStatus.ERROR, connection("a", ConnectionStatus.DISCONNECTED), START));
    bus.publish(new UpstreamEvent.Closed("a", clock.instant()));

    assertThat(messages("a"))
        .containsExactly(
            "Its calls and its server have ended",
            "Disconnected without waiting for calls",
            "What it offers has changed: prompts, tools",
            "Status is error, was active",
            "Health is unhealthy, was healthy",
            "refused",
            "Registered as name");
    assertThat(timeline.of("a", 100).get(4).story().details())
        .isEqualTo(Map.of("now", "unhealthy", "before", "healthy", "message", "refused"));
    assertThat(timeline.of("a", 100).get(5).at()).isEqualTo(START.plusSeconds(1));
    assertThat(timeline.of("a", 2)).hasSize(2);
    assertThat(messages("b")).containsExactly("Registered as name");
  }

  @Test
  void anUpdateIsToldByTheNamesOfWhatItChanged() {
    Connection before = register("a");
    Connection after =
        new Connection("a", registration(7), ConnectionStatus.ACTIVE, START, START, null);
    bus.publish(new ConnectionEvent.Updated(before, after, true, START));
    assertThat(messages("a").getFirst()).isEqualTo("Changed: weight; the server is opened again");
    bus.publish(new ConnectionEvent.Updated(after, after, false, START));
    assertThat(messages("a")).hasSize(2);
    bus.publish(new ConnectionEvent.Updated(after, after, true, START));
    assertThat(messages("a").getFirst()).isEqualTo("Asked to try again now");
  }

  @Test
  void whatIsFoundInTheStoreWasNotRegisteredNow() {
    clock.advance(Duration.ofDays(3));
    register("a");
    Entry entry = timeline.of("a", 1).getFirst();
    assertThat(entry.story().type()).isEqualTo("loaded");
    assertThat(entry.story().details()).isEqualTo(Map.of("registeredAt", START.toString()));
  }

  @Test
  void whatRepeatsItselfIsOneEntry() {
    register("a");
    for (int i = 0; i < 5; i++) {
      clock.advance(Duration.ofMinutes(1));
      down("a", "refused");
    }
    down("a", "timed out");
    down("a", "refused");
    assertThat(messages("a"))
        .containsExactly("refused", "timed out", "refused", "Registered as name");
    Entry repeated = timeline.of("a", 100).get(2);
    assertThat(repeated.times()).isEqualTo(5);
    assertThat(repeated.at()).isEqualTo(START.plusSeconds(60));
    assertThat(repeated.lastAt()).isEqualTo(START.plusSeconds(300));
  }

  @Test
  void keepsTheNewestOnly() {
    register("a");
    for (int i = 0; i < 150; i++) {
      down("a", "failure " + i);
    }
    assertThat(messages("a"))
        .hasSize(Timeline.MOST)
        .startsWith("failure 149")
        .endsWith("failure 50");
  }

  @Test
  void keepsLessOfEachWhereThereAreMany() {
    int connections = Timeline.MOST_IN_ALL / 50;
    for (int i = 0; i < connections; i++) {
      register("c" + i);
    }
    for (int i = 0; i < 150; i++) {
      down("c0", "failure " + i);
    }
    assertThat(messages("c0")).hasSize(50);
  }

  @Test
  void longTextsAreCut() {
    register("a");
    down("a", "x".repeat(Story.LONGEST - 2) + "😀" + "y".repeat(10_000));
    assertThat(messages("a").getFirst()).isEqualTo("x".repeat(Story.LONGEST - 2) + "…");
    assertThat(Story.of("t", "m").with("d", "z".repeat(10_000)).details().get("d"))
        .asString()
        .hasSize(Story.LONGEST_DETAIL);
  }

  @Test
  void entriesStayWithTheTombstoneAndGoWithIt() {
    Connection gone = register("a");
    bus.publish(new ConnectionEvent.Disconnected(gone, false, START));
    assertThat(messages("a")).hasSize(2);
    bus.publish(new ConnectionEvent.Purged(gone, START));
    assertThat(messages("a")).isEmpty();
    bus.publish(new UpstreamEvent.Closed("a", START));
    assertThat(messages("a")).isEmpty();
  }
}
