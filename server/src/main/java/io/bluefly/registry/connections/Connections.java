package io.bluefly.registry.connections;

import io.bluefly.registry.events.EventBus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The registry of connections. Reads never wait and never ask the database; a change is committed
 * to the store before anybody sees it, and then told on the bus. Changes are made one at a time, on
 * threads that may block.
 */
public final class Connections {
  private final ConnectionStore store;
  private final EventBus bus;
  private final InstantSource clock;
  private final ConnectionIds ids = new ConnectionIds();
  private final Map<String, Connection> byId = new ConcurrentHashMap<>();

  /** The ids in their order, which is that of registration. */
  private final NavigableSet<String> order = new ConcurrentSkipListSet<>();

  private final Map<String, String> idByName = new ConcurrentHashMap<>();
  private final ReentrantLock changes = new ReentrantLock();

  /** An empty registry; {@link #load} fills it, {@link #announce} sets it going. */
  public Connections(ConnectionStore store, EventBus bus, InstantSource clock) {
    this.store = store;
    this.bus = bus;
    this.clock = clock;
  }

  /** Reads the store; nobody is told yet. */
  public void load() {
    store.load().forEach(this::publish);
  }

  /** Tells of every connection that was loaded and is not disconnected. */
  public void announce() {
    for (Connection connection : all()) {
      if (!connection.isDisconnected()) {
        bus.publish(new ConnectionEvent.Registered(connection, clock.instant()));
      }
    }
  }

  /** A connection by its id, tombstones included. */
  public Optional<Connection> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** A connection by its id, tombstones included, or {@link RegistryException.NotFound}. */
  public Connection get(String id) {
    return find(id).orElseThrow(() -> new RegistryException.NotFound(id));
  }

  /** The connection that has this name now. */
  public Optional<Connection> findByName(String name) {
    return Optional.ofNullable(idByName.get(name)).flatMap(this::find);
  }

  /** All connections, tombstones included, in the order of registration. */
  public Collection<Connection> all() {
    return new InOrder(order);
  }

  /** The connections behind {@code id} in the order of registration; all with an empty id. */
  public Collection<Connection> after(String id) {
    return new InOrder(order.tailSet(id, false));
  }

  /** Connections in the order of their ids, as they are when they are looked at. */
  private final class InOrder extends AbstractCollection<Connection> {
    private final NavigableSet<String> ids;

    InOrder(NavigableSet<String> ids) {
      this.ids = ids;
    }

    @Override
    public Iterator<Connection> iterator() {
      return stream().iterator();
    }

    @Override
    public Stream<Connection> stream() {
      return ids.stream().map(byId::get).filter(Objects::nonNull);
    }

    @Override
    public int size() {
      return (int) stream().count();
    }
  }

  /** How many there are, tombstones included. */
  public int size() {
    return byId.size();
  }

  /** How many are not disconnected. */
  public int present() {
    return idByName.size();
  }

  /** Registers a connection. */
  public Connection register(Registration registration) {
    return make(new Change.Register(registration));
  }

  /**
   * Changes a connection's registration, its status, or both.
   *
   * @param change gives the registration as it shall be; runs while no other change does
   * @param status {@code ACTIVE} or {@code IDLE}, or null to leave it
   */
  public Connection update(
      String id, UnaryOperator<Registration> change, @Nullable ConnectionStatus status) {
    return make(new Change.Update(id, change, status));
  }

  /** Disconnects a connection; one that is disconnected stays as it is. */
  public Connection disconnect(String id, boolean force) {
    return make(new Change.Disconnect(id, force));
  }

  private Connection make(Change change) {
    return switch (make(List.of(change), true).getFirst()) {
      case Change.Result.Made made -> made.connection();
      case Change.Result.Refused refused -> throw refused.reason();
      case Change.Result.NotMade _ -> throw new IllegalStateException("there is no other change");
    };
  }

  /**
   * Makes changes in their order, in one transaction. One that is refused does not keep the others
   * from being made, unless all are wanted or none.
   *
   * @param all whether one that is refused keeps all from being made
   * @return what came of each, in their order
   * @throws ConnectionStore.StoreException when the store refuses; nothing was changed
   */
  public List<Change.Result> make(List<Change> wanted, boolean all) {
    return change(() -> {
      Draft draft = new Draft(byId::get, idByName::get, ids, clock.instant());
      List<Change.Result> results = wanted.stream().map(draft::add).toList();
      if (all && results.stream().anyMatch(Change.Result.Refused.class::isInstance)) {
        return results.stream()
            .map(result ->
                result instanceof Change.Result.Made ? new Change.Result.NotMade() : result)
            .toList();
      }
      if (!draft.moves().isEmpty()) {
        store.save(draft.toStore());
        draft.moves().forEach(this::commit);
      }
      return results;
    });
  }

  private void commit(Draft.Move move) {
    Connection before = move.before();
    Connection after = move.after();
    if (before != null && (after.isDisconnected() || !before.name().equals(after.name()))) {
      idByName.remove(before.name(), before.id());
    }
    if (move.observed()) {
      // Health may have moved it in the meantime.
      byId.computeIfPresent(after.id(), (_, current) -> after.with(current.status()));
      idByName.put(after.name(), after.id());
    } else {
      publish(after);
    }
    move.events().forEach(bus::publish);
  }

  /**
   * Says whether an active connection is usable: not usable moves it to {@code error}, usable moves
   * it back. Nothing is stored.
   */
  public void reportUsable(String id, boolean usable) {
    Connection[] moved = new Connection[2];
    byId.computeIfPresent(
        id,
        (key, connection) -> {
          ConnectionStatus from = usable ? ConnectionStatus.ERROR : ConnectionStatus.ACTIVE;
          ConnectionStatus to = usable ? ConnectionStatus.ACTIVE : ConnectionStatus.ERROR;
          if (connection.status() != from) {
            return connection;
          }
          moved[0] = connection;
          moved[1] = connection.with(to);
          return moved[1];
        });
    if (moved[0] != null && moved[1] != null) {
      tellStatus(moved[0], moved[1], clock.instant());
    }
  }

  /** Deletes the tombstones that are older than {@code retention}. */
  public void purge(Duration retention) {
    Instant oldest = clock.instant().minus(retention);
    List<Connection> old =
        all().stream()
            .filter(c -> c.disconnectedAt() != null && c.disconnectedAt().isBefore(oldest))
            .toList();
    if (old.isEmpty()) {
      return;
    }
    change(() -> {
      store.delete(old.stream().map(Connection::id).toList());
      for (Connection connection : old) {
        order.remove(connection.id());
        byId.remove(connection.id());
        bus.publish(new ConnectionEvent.Purged(connection, clock.instant()));
      }
      return old;
    });
  }

  private <T> T change(java.util.function.Supplier<T> command) {
    changes.lock();
    try {
      return command.get();
    } finally {
      changes.unlock();
    }
  }

  private void publish(Connection connection) {
    byId.put(connection.id(), connection);
    order.add(connection.id());
    if (!connection.isDisconnected()) {
      idByName.put(connection.name(), connection.id());
    }
  }

  private void tellStatus(Connection before, Connection after, Instant now) {
    if (before.status() != after.status()) {
      bus.publish(new ConnectionEvent.StatusChanged(before.status(), after, now));
    }
  }
}
