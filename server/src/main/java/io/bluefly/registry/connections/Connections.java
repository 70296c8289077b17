package io.bluefly.registry.connections;

import io.bluefly.registry.events.EventBus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
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
  private final ConcurrentNavigableMap<String, Connection> byId = new ConcurrentSkipListMap<>();
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
    for (Connection connection : byId.values()) {
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
    return Collections.unmodifiableCollection(byId.values());
  }

  /** The connections behind {@code id} in the order of registration; all with an empty id. */
  public Collection<Connection> after(String id) {
    return Collections.unmodifiableCollection(byId.tailMap(id, false).values());
  }

  /** How many there are, tombstones included. */
  public int size() {
    return byId.size();
  }

  /** Registers a connection. */
  public Connection register(Registration registration) {
    return change(() -> {
      requireFree(registration.name(), null);
      Instant now = clock.instant();
      Connection connection =
          new Connection(ids.next(now), registration, ConnectionStatus.ACTIVE, now, now, null);
      store.save(List.of(connection));
      publish(connection);
      bus.publish(new ConnectionEvent.Registered(connection, now));
      return connection;
    });
  }

  /**
   * Changes a connection's registration, its status, or both.
   *
   * @param change gives the registration as it shall be; runs while no other change does
   * @param status {@code ACTIVE} or {@code IDLE}, or null to leave it
   */
  public Connection update(
      String id, UnaryOperator<Registration> change, @Nullable ConnectionStatus status) {
    return change(() -> {
      Connection before = get(id);
      if (before.isDisconnected()) {
        throw new RegistryException.IllegalMove(before);
      }
      Registration registration = change.apply(before.registration());
      requireFree(registration.name(), id);
      Instant now = clock.instant();
      // A connection in error stays so until its upstream answers; active asks for a new try.
      ConnectionStatus next =
          status == null || (status == ConnectionStatus.ACTIVE && inError(before))
              ? before.status()
              : status;
      if (!before.status().canBecome(next)) {
        throw new RegistryException.IllegalMove(before, next);
      }
      Connection after = before.with(registration, next, now);
      store.save(List.of(after.asStored()));
      if (status == null) {
        // Health may have moved it in the meantime.
        byId.computeIfPresent(id, (_, current) -> after.with(current.status()));
        idByName.put(after.name(), id);
      } else {
        publish(after);
      }
      if (!before.name().equals(after.name())) {
        idByName.remove(before.name(), id);
      }
      boolean reopen =
          before.registration().reachedOtherwiseThan(registration)
              || (status == ConnectionStatus.ACTIVE && inError(before));
      bus.publish(new ConnectionEvent.Updated(before, after, reopen, now));
      tellStatus(before, after, now);
      return after;
    });
  }

  private static boolean inError(Connection connection) {
    return connection.status() == ConnectionStatus.ERROR;
  }

  /** Disconnects a connection; one that is disconnected stays as it is. */
  public Connection disconnect(String id, boolean force) {
    return change(() -> {
      Connection before = get(id);
      if (before.isDisconnected()) {
        return before;
      }
      Instant now = clock.instant();
      Connection after = before.disconnected(now);
      store.save(List.of(after));
      idByName.remove(before.name(), id);
      publish(after);
      bus.publish(new ConnectionEvent.Disconnected(after, force, now));
      tellStatus(before, after, now);
      return after;
    });
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
        byId.values().stream()
            .filter(c -> c.disconnectedAt() != null && c.disconnectedAt().isBefore(oldest))
            .toList();
    if (old.isEmpty()) {
      return;
    }
    change(() -> {
      store.delete(old.stream().map(Connection::id).toList());
      for (Connection connection : old) {
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

  private void requireFree(String name, @Nullable String except) {
    String owner = idByName.get(name);
    if (owner != null && !owner.equals(except)) {
      throw new RegistryException.NameTaken(name, owner);
    }
  }

  private void publish(Connection connection) {
    byId.put(connection.id(), connection);
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
