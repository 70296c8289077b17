package io.bluefly.registry.connections;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the registry would be after changes that are not made yet: each is held against the registry
 * as those before it would leave it.
 */
final class Draft {
  /**
   * How one connection moves.
   *
   * @param before null when it is new
   * @param observed whether its status stays what is observed, whatever that is by then
   */
  record Move(
      @Nullable Connection before,
      Connection after,
      boolean observed,
      List<ConnectionEvent> events) {}

  private final Function<String, @Nullable Connection> known;
  private final Function<String, @Nullable String> owner;
  private final ConnectionIds ids;
  private final Instant now;
  private final Map<String, Connection> changed = new HashMap<>();

  /** Owners of names that change hands; an empty id is nobody. */
  private final Map<String, String> names = new HashMap<>();

  private final List<Move> moves = new ArrayList<>();

  /**
   * Begins with the registry as it is.
   *
   * @param known a connection by its id
   * @param owner the id of the connection that has a name
   */
  Draft(
      Function<String, @Nullable Connection> known,
      Function<String, @Nullable String> owner,
      ConnectionIds ids,
      Instant now) {
    this.known = known;
    this.owner = owner;
    this.ids = ids;
    this.now = now;
  }

  /** Adds a change, unless it has to be refused. */
  Change.Result add(Change change) {
    try {
      return new Change.Result.Made(
          switch (change) {
            case Change.Register register -> register(register);
            case Change.Update update -> update(update);
            case Change.Disconnect disconnect -> disconnect(disconnect);
          });
    } catch (RuntimeException e) {
      return new Change.Result.Refused(e);
    }
  }

  /** What has to be stored, in order: a name may be free only by what is stored before it. */
  List<Connection> toStore() {
    return moves.stream().map(move -> move.after().asStored()).toList();
  }

  /** What has to be done once it is stored, in order. */
  List<Move> moves() {
    return moves;
  }

  private Connection register(Change.Register change) {
    Registration registration = change.registration();
    requireFree(registration.name(), null);
    Connection connection =
        new Connection(ids.next(now), registration, ConnectionStatus.ACTIVE, now, now, null);
    move(null, connection, false, new ConnectionEvent.Registered(connection, now));
    return connection;
  }

  private Connection update(Change.Update change) {
    Connection before = get(change.connectionId());
    if (before.isDisconnected()) {
      throw new RegistryException.IllegalMove(before);
    }
    Registration registration = change.registration().apply(before.registration());
    requireFree(registration.name(), before.id());
    // A connection in error stays so until its upstream answers; active asks for a new try.
    boolean retry =
        change.status() == ConnectionStatus.ACTIVE && before.status() == ConnectionStatus.ERROR;
    ConnectionStatus next = change.status() == null || retry ? before.status() : change.status();
    if (!before.status().canBecome(next)) {
      throw new RegistryException.IllegalMove(before, next);
    }
    Connection after = before.with(registration, next, now);
    boolean reopen = retry || before.registration().reachedOtherwiseThan(registration);
    move(
        before,
        after,
        change.status() == null,
        new ConnectionEvent.Updated(before, after, reopen, now));
    return after;
  }

  private Connection disconnect(Change.Disconnect change) {
    Connection before = get(change.connectionId());
    if (before.isDisconnected()) {
      return before;
    }
    Connection after = before.disconnected(now);
    move(before, after, false, new ConnectionEvent.Disconnected(after, change.force(), now));
    return after;
  }

  private void move(
      @Nullable Connection before, Connection after, boolean observed, ConnectionEvent event) {
    List<ConnectionEvent> events = new ArrayList<>(List.of(event));
    if (before != null) {
      names.put(before.name(), "");
      if (before.status() != after.status()) {
        events.add(new ConnectionEvent.StatusChanged(before.status(), after, now));
      }
    }
    if (!after.isDisconnected()) {
      names.put(after.name(), after.id());
    }
    changed.put(after.id(), after);
    moves.add(new Move(before, after, observed, events));
  }

  private Connection get(String id) {
    Connection drafted = changed.get(id);
    Connection connection = drafted == null ? known.apply(id) : drafted;
    if (connection == null) {
      throw new RegistryException.NotFound(id);
    }
    return connection;
  }

  private void requireFree(String name, @Nullable String except) {
    String drafted = names.get(name);
    String id = drafted == null ? owner.apply(name) : drafted;
    if (id != null && !id.isEmpty() && !id.equals(except)) {
      throw new RegistryException.NameTaken(name, id);
    }
  }
}
