package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.capabilities.CapabilityEvent.DefinitionsApproved;
import io.bluefly.registry.capabilities.CapabilityEvent.DefinitionsDiffer;
import io.bluefly.registry.capabilities.Definitions.Wanted;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.ParamHeaders;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is trusted, what waits for approval, and what becomes of it. */
class DefinitionsTest {
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final EventBus bus = new EventBus();
  private final KeptPins store = new KeptPins();
  private final Deque<Runnable> background = new ArrayDeque<>();
  private final List<DefinitionsDiffer> told = new ArrayList<>();
  private final Connections connections = new Connections(new NoStore(), bus, clock);
  private Definitions definitions = definitions(DefinitionPolicy.BLOCK);
  private final String id = register("mine", "mine");

  DefinitionsTest() {
    bus.subscribe(DefinitionsDiffer.class, told::add);
  }

  private Definitions definitions(DefinitionPolicy policy) {
    return new Definitions(store, policy, connections, bus, background::add, clock);
  }

  private String register(String name, String pool) {
    return connections
        .register(
            new Registration(
                name,
                ConnectionType.CLIENT,
                Protocol.HTTP,
                null,
                null,
                Map.of(),
                HealthCheck.DEFAULT,
                pool,
                20,
                1,
                Instances.ONE))
        .id();
  }

  /** The server offers these, each {@code name description}. */
  private void offers(String connection, String... tools) {
    definitions.review(connection, Arrays.stream(tools).map(DefinitionsTest::tool).toList());
  }

  private static Capability tool(String text) {
    String[] parts = text.split(" ", 2);
    String definition =
        "{\"name\":\"%s\",\"description\":\"%s\"}"
            .formatted(parts[0], parts.length == 1 ? "" : parts[1]);
    return new Capability(
        Capability.Kind.TOOL,
        parts[0],
        parts[0],
        null,
        null,
        definition,
        ParamHeaders.NONE,
        Capability.Effects.UNKNOWN,
        true);
  }

  private void runBackground() {
    while (!background.isEmpty()) {
      background.poll().run();
    }
  }

  private void restart(DefinitionPolicy policy) {
    definitions = definitions(policy);
    definitions.load();
  }

  private List<String> waiting() {
    return definitions.changes(id).stream()
        .map(change -> change.pin().name() + " " + change.kind().wire())
        .toList();
  }

  private boolean withheld(String tool) {
    return definitions.withholds(id, tool);
  }

  @Test
  void whatIsOfferedFirstIsTrusted() {
    assertThat(withheld("a")).isFalse();
    offers(id);
    offers(id, "a x", "b y");
    assertThat(told).isEmpty();
    assertThat(waiting()).isEmpty();
    assertThat(withheld("a")).isFalse();
    assertThat(withheld("unheard-of")).isTrue();
    assertThat(definitions.pin(id, "a")).extracting(Pin::approval).isNotNull();
    offers(id, "b y", "a x");
    assertThat(told).isEmpty();
  }

  @Test
  void whatDiffersWaitsAndIsToldOnce() {
    offers(id, "a x", "b y", "c z");
    runBackground();
    clock.advance(Duration.ofSeconds(5));
    Instant since = clock.instant();
    offers(id, "a evil", "c z", "d new");
    clock.advance(Duration.ofSeconds(5));
    assertThat(waiting()).containsExactlyInAnyOrder("a changed", "b removed", "d added");
    assertThat(withheld("a")).isTrue();
    assertThat(withheld("b")).isFalse();
    assertThat(withheld("c")).isFalse();
    assertThat(withheld("d")).isTrue();
    offers(id, "a evil", "c z", "d new");
    assertThat(told)
        .singleElement()
        .extracting(DefinitionsDiffer::policy)
        .isEqualTo(DefinitionPolicy.BLOCK);
    assertThat(told.getFirst().tools())
        .extracting(ToolChange::name)
        .containsExactlyInAnyOrder("a", "b", "d");
    PendingChange change = definitions.changes(id).getFirst();
    assertThat(change.before()).contains("\"x\"");
    assertThat(change.after()).contains("evil");
    assertThat(change.pin().since()).isEqualTo(since);
  }

  @Test
  void whatComesBackAsItWasNeedsNoApproval() {
    offers(id, "a x", "b y");
    offers(id, "a evil");
    offers(id, "a x", "b y");
    assertThat(waiting()).isEmpty();
    assertThat(withheld("a")).isFalse();
    offers(id, "a x", "b y", "c z");
    offers(id, "a x", "b y");
    assertThat(waiting()).isEmpty();
    assertThat(withheld("c")).isTrue();
  }

  @Test
  void anApprovalIsOfWhatWasLookedAt() {
    List<DefinitionsApproved> approvals = new ArrayList<>();
    bus.subscribe(DefinitionsApproved.class, approvals::add);
    offers(id, "a x", "b y");
    offers(id, "a evil", "b other");
    String hash = hash("a");
    offers(id, "a worse", "b other");
    assertThatThrownBy(() ->
            definitions.approve(id, List.of(exactly("b"), new Wanted.Exactly("a", hash)), "me"))
        .isInstanceOf(DefinitionException.Outdated.class)
        .hasMessageContaining("'a'")
        .extracting("field")
        .isEqualTo("body/tools/1/hash");
    assertThat(withheld("b")).isTrue();
    assertThatThrownBy(() -> definitions.approve(id, List.of(new Wanted.AsItIs("c")), "me"))
        .isInstanceOf(DefinitionException.NoSuchChange.class);
    assertThat(approvals).isEmpty();

    definitions.approve(id, List.of(exactly("a")), "me");
    assertThat(withheld("a")).isFalse();
    assertThat(withheld("b")).isTrue();
    assertThat(approvals)
        .singleElement()
        .isEqualTo(new DefinitionsApproved(id, List.of("a"), "me", clock.instant()));
    offers(id, "a x", "b other");
    assertThat(withheld("a")).isTrue();
  }

  private @Nullable String hash(String tool) {
    Pin pin = definitions.pin(id, tool);
    return pin == null ? null : pin.seen();
  }

  private Wanted exactly(String tool) {
    return new Wanted.Exactly(tool, hash(tool));
  }

  @Test
  void whoseAbsenceIsApprovedIsNewWhenItComesBack() {
    offers(id, "a x");
    offers(id);
    assertThat(waiting()).containsExactly("a removed");
    definitions.approve(id, null, "me");
    assertThat(waiting()).isEmpty();
    runBackground();
    restart(DefinitionPolicy.BLOCK);
    offers(id, "a x");
    assertThat(waiting()).containsExactly("a added");
    assertThat(withheld("a")).isTrue();
  }

  @Test
  void aRestartForgetsNothing() {
    offers(id, "a x", "b y");
    offers(id, "a evil", "b y", "c z");
    runBackground();
    told.clear();
    restart(DefinitionPolicy.BLOCK);
    assertThat(withheld("a")).isTrue();
    assertThat(withheld("b")).isFalse();
    offers(id, "a evil", "b y", "c z");
    assertThat(told).isEmpty();
    assertThat(waiting()).containsExactly("a changed", "c added");
    assertThat(definitions.changes(id).getFirst().before()).contains("\"x\"");
  }

  @Test
  void whatCantBeStoredIsStoredLater() {
    store.away = true;
    offers(id, "a x");
    offers(id, "a evil");
    runBackground();
    assertThat(withheld("a")).isTrue();
    assertThatThrownBy(() -> definitions.approve(id, null, "me"))
        .isInstanceOf(StoreException.class);
    assertThat(withheld("a")).isTrue();

    store.away = false;
    definitions.saveAll();
    assertThat(store.pins).containsKey(id);
    assertThat(definitions.changes(id).getFirst().before()).contains("\"x\"");
    restart(DefinitionPolicy.BLOCK);
    assertThat(waiting()).containsExactly("a changed");
  }

  @Test
  void whoIsDisconnectedIsForgotten() {
    offers(id, "a x");
    offers(id, "a evil");
    runBackground();
    connections.disconnect(id, false);
    runBackground();
    assertThat(store.pins).isEmpty();
    assertThat(definitions.pin(id, "a")).isNull();
  }

  @Test
  void warningWithholdsNothingAndOffLooksAtNothing() {
    restart(DefinitionPolicy.WARN);
    offers(id, "a x");
    offers(id, "a evil");
    assertThat(waiting()).containsExactly("a changed");
    assertThat(withheld("a")).isFalse();
    assertThat(withheld("unheard-of")).isFalse();
    runBackground();

    told.clear();
    restart(DefinitionPolicy.OFF);
    offers(id, "a worse");
    assertThat(told).isEmpty();
    assertThat(definitions.changes(id)).isEmpty();
    assertThat(withheld("a")).isFalse();
  }

  @Test
  void toolsOfOtherPoolsAreKnownByName() {
    String mate = register("mate", "mine");
    String other = register("other", "theirs");
    offers(mate, "read_file x");
    offers(other, "send_email x", "add x");
    offers(id, "a Use send_email first", "b Use read_file first", "c Use add first");
    assertThat(told).hasSize(1);
    ToolChange flagged = told.getFirst().tools().getFirst();
    assertThat(told.getFirst().tools()).hasSize(1);
    assertThat(flagged.name()).isEqualTo("a");
    assertThat(flagged.kind()).isNull();
    assertThat(flagged.flags())
        .containsExactly(new Flag(Flag.Kind.NAMES_OTHER_TOOL, "/description", "send_email"));
    connections.disconnect(other, false);
    assertThat(definitions.flags(id, tool("a Use send_email first").definition())).isEmpty();
  }

  @Test
  void namesAreToldInVisibleCharacters() {
    offers(id, "a x");
    offers(id, "a x", "b\u200b x");
    assertThat(told.getFirst().tools().getFirst().name()).isEqualTo("b\\u200b");
    assertThat(definitions.changes(id).getFirst().flags()).hasSize(1);
  }

  @Test
  void toolsOfOneNameAreOneWhoseChangeIsSeen() {
    Capability first = tool("a x");
    definitions.review(id, List.of(first, tool("b y")));
    definitions.review(id, List.of(first, tool("b y"), tool("a evil")));
    assertThat(waiting()).containsExactly("a changed");
    assertThat(withheld("a")).isTrue();
    assertThat(definitions.changes(id).getFirst().after()).contains("\"x\"", "evil");
    String hash = hash("a");
    definitions.review(id, List.of(first, tool("b y"), tool("a worse")));
    assertThat(hash("a")).isNotEqualTo(hash);
    assertThat(new Offer(List.of(first, tool("a evil"))).changed(new Offer(List.of(first))))
        .containsExactly(Capability.Kind.TOOL);
  }

  @Test
  void whatIsOfferedWhileAnApprovalIsStoredIsStoredToo() {
    offers(id, "a x");
    offers(id, "a other");
    runBackground();
    boolean[] once = {false};
    definitions =
        new Definitions(
            store,
            DefinitionPolicy.BLOCK,
            connections,
            bus,
            background::add,
            () -> {
              if (once[0]) {
                once[0] = false;
                offers(id, "a other", "b new");
              }
              return clock.instant();
            });
    definitions.load();
    once[0] = true;
    definitions.approve(id, null, "me");
    runBackground();
    assertThat(store.pins.get(id)).extracting(Pin::name).containsExactly("a", "b");
    restart(DefinitionPolicy.BLOCK);
    assertThat(waiting()).containsExactly("b added");
  }

  @Test
  void whileNothingCanBeStoredOnlyTheLatestTextsAreKept() {
    offers(id, "a x");
    runBackground();
    store.away = true;
    for (int i = 0; i < 100; i++) {
      offers(id, "a " + i);
      runBackground();
    }
    store.away = false;
    definitions.saveAll();
    assertThat(store.definitions.get(id)).hasSize(2);
    assertThat(definitions.changes(id).getFirst().after()).contains("99");
  }
}
