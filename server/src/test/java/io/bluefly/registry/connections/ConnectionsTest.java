package io.bluefly.registry.connections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConnectionsTest {
  private final ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
  private final EventBus bus = new EventBus();
  private final MemoryStore store = new MemoryStore();
  private final Connections connections = new Connections(store, bus, clock);
  private final List<ConnectionEvent> events = new ArrayList<>();

  /** Keeps what is saved; refuses when it is told to. */
  private static final class MemoryStore implements ConnectionStore {
    private final Map<String, Connection> saved = new TreeMap<>();
    private boolean broken;
    private int transactions;

    @Override
    public List<Connection> load() {
      return List.copyOf(saved.values());
    }

    @Override
    public void save(List<Connection> connections) {
      if (broken) {
        throw new StoreException("the disk is full", new IllegalStateException());
      }
      transactions++;
      connections.forEach(c -> saved.put(c.id(), c));
    }

    @Override
    public void delete(Collection<String> ids) {
      ids.forEach(saved::remove);
    }
  }

  @BeforeEach
  void hear() {
    bus.subscribe(ConnectionEvent.class, events::add);
  }

  private static Registration named(String name) {
    return new Registration(
        name,
        ConnectionType.CLIENT,
        Protocol.HTTP,
        null,
        null,
        Map.of(),
        HealthCheck.DEFAULT,
        name,
        20,
        1,
        Instances.ONE);
  }

  private Connection register(String name) {
    return connections.register(named(name));
  }

  @Test
  void aNameIsFreeAgainWhenItsConnectionIsDisconnected() {
    Connection first = register("a");
    assertThatThrownBy(() -> register("a")).isInstanceOf(RegistryException.NameTaken.class);
    connections.disconnect(first.id(), false);
    assertThat(register("a").id()).isGreaterThan(first.id());
    assertThat(connections.size()).isEqualTo(2);
  }

  @Test
  void theOrderOfIdsIsTheOrderOfRegistrationWhateverTheClockSays() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      ids.add(register("c" + i).id());
    }
    assertThat(ids).isSorted().doesNotHaveDuplicates();
    assertThat(connections.all()).extracting(Connection::id).isEqualTo(ids);
  }

  @Test
  void renamingFreesTheOldName() {
    Connection connection = register("a");
    connections.update(connection.id(), _ -> named("b"), null);
    assertThat(connections.findByName("a")).isEmpty();
    assertThat(connections.findByName("b")).isPresent();
    register("a");
    assertThatThrownBy(() -> connections.update(connection.id(), _ -> named("a"), null))
        .isInstanceOf(RegistryException.NameTaken.class);
  }

  @Test
  void nobodySeesWhatCouldNotBeStored() {
    store.broken = true;
    assertThatThrownBy(() -> register("a")).isInstanceOf(StoreException.class);
    assertThat(connections.all()).isEmpty();
    assertThat(events).isEmpty();
    store.broken = false;
    assertThat(register("a").name()).isEqualTo("a");
  }

  @Test
  void theErrorStateIsSeenAndNotStored() {
    Connection connection = register("a");
    connections.reportUsable(connection.id(), false);
    assertThat(connections.get(connection.id()).status()).isEqualTo(ConnectionStatus.ERROR);
    connections.update(connection.id(), UnaryOperator.identity(), null);
    assertThat(connections.get(connection.id()).status()).isEqualTo(ConnectionStatus.ERROR);
    assertThat(store.saved.get(connection.id())).isNotNull();
    assertThat(store.load().getFirst().status()).isEqualTo(ConnectionStatus.ACTIVE);
    connections.reportUsable(connection.id(), true);
    assertThat(connections.get(connection.id()).status()).isEqualTo(ConnectionStatus.ACTIVE);
  }

  @Test
  void anIdleConnectionStaysIdleHoweverItsHealthIs() {
    Connection connection = register("a");
    connections.update(connection.id(), UnaryOperator.identity(), ConnectionStatus.IDLE);
    connections.reportUsable(connection.id(), false);
    connections.reportUsable(connection.id(), true);
    assertThat(connections.get(connection.id()).status()).isEqualTo(ConnectionStatus.IDLE);
  }

  @Test
  void disconnectingTwiceIsDisconnectingOnce() {
    Connection connection = register("a");
    Connection gone = connections.disconnect(connection.id(), false);
    clock.advance(Duration.ofMinutes(1));
    assertThat(connections.disconnect(connection.id(), true)).isEqualTo(gone);
    assertThat(events.stream().filter(e -> e instanceof ConnectionEvent.Disconnected)).hasSize(1);
    assertThatThrownBy(() ->
            connections.update(connection.id(), UnaryOperator.identity(), ConnectionStatus.ACTIVE))
        .isInstanceOf(RegistryException.IllegalMove.class);
  }

  @Test
  void tombstonesGoWhenTheirTimeIsOver() {
    Connection connection = register("a");
    connections.disconnect(connection.id(), false);
    clock.advance(Duration.ofHours(1));
    connections.purge(Duration.ofHours(1));
    assertThat(connections.find(connection.id())).isPresent();
    clock.advance(Duration.ofSeconds(1));
    connections.purge(Duration.ofHours(1));
    assertThat(connections.find(connection.id())).isEmpty();
    assertThat(store.saved).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "ACTIVE, IDLE, true",
    "IDLE, ACTIVE, true",
    "IDLE, ERROR, false",
    "ACTIVE, ERROR, true",
    "ERROR, IDLE, true",
    "ERROR, DISCONNECTED, true",
    "DISCONNECTED, ACTIVE, false",
    "DISCONNECTED, IDLE, false",
  })
  void theLifeCycleIsATable(ConnectionStatus from, ConnectionStatus to, boolean legal) {
    assertThat(from.canBecome(to)).isEqualTo(legal);
  }

  private static Change rename(Connection connection, String name) {
    return new Change.Update(connection.id(), _ -> named(name), null);
  }

  private List<String> names() {
    return connections.all().stream()
        .filter(connection -> !connection.isDisconnected())
        .map(Connection::name)
        .toList();
  }

  @Test
  void changesAreStoredTogetherAndEachIsRefusedByItself() {
    Connection known = register("a");
    int before = store.transactions;
    List<Change.Result> results =
        connections.make(
            List.of(
                new Change.Register(named("a")),
                rename(known, "b"),
                new Change.Register(named("a")),
                new Change.Disconnect("mcp-conn-nobody", false)),
            false);
    assertThat(results.get(0))
        .isInstanceOfSatisfying(
            Change.Result.Refused.class,
            refused ->
                assertThat(refused.reason()).isInstanceOf(RegistryException.NameTaken.class));
    assertThat(results.get(1)).isInstanceOf(Change.Result.Made.class);
    assertThat(results.get(2)).isInstanceOf(Change.Result.Made.class);
    assertThat(results.get(3))
        .isInstanceOfSatisfying(
            Change.Result.Refused.class,
            refused -> assertThat(refused.reason()).isInstanceOf(RegistryException.NotFound.class));
    assertThat(names()).containsExactly("b", "a");
    assertThat(store.saved.values()).extracting(Connection::name).containsExactly("b", "a");
    assertThat(store.transactions - before).isEqualTo(1);
  }

  @Test
  void allOrNothingIsNothingWhenOneIsRefused() {
    Connection known = register("a");
    events.clear();
    List<Change.Result> results =
        connections.make(
            List.of(
                new Change.Register(named("b")),
                new Change.Disconnect(known.id(), false),
                new Change.Register(named("b"))),
            true);
    assertThat(results.get(0)).isInstanceOf(Change.Result.NotMade.class);
    assertThat(results.get(1)).isInstanceOf(Change.Result.NotMade.class);
    assertThat(results.get(2)).isInstanceOf(Change.Result.Refused.class);
    assertThat(names()).containsExactly("a");
    assertThat(store.saved.values()).extracting(Connection::name).containsExactly("a");
    assertThat(events).isEmpty();
  }

  @Test
  void aChangeSeesWhatThoseBeforeItInTheSameBatchDo() {
    Connection known = register("a");
    connections.make(
        List.of(
            rename(known, "b"),
            rename(known, "c"),
            new Change.Register(named("a")),
            new Change.Register(named("b")),
            new Change.Disconnect(known.id(), false),
            new Change.Register(named("c"))),
        true);
    assertThat(names()).containsExactly("a", "b", "c");
    assertThat(connections.findByName("c")).get().isNotEqualTo(known);
  }

  @Test
  void aBatchThatTheStoreRefusesChangesNothing() {
    Connection known = register("a");
    store.broken = true;
    List<Change> changes = List.of(new Change.Register(named("b")), rename(known, "c"));
    assertThatThrownBy(() -> connections.make(changes, false))
        .isInstanceOf(ConnectionStore.StoreException.class);
    assertThat(names()).containsExactly("a");
    assertThat(connections.findByName("c")).isEmpty();
  }
}
