package io.bluefly.registry.connections;

import io.bluefly.registry.events.Event;
import java.time.Instant;

/** What happens to registered connections. */
public sealed interface ConnectionEvent extends Event {
  /** The connection after the event. */
  Connection connection();

  @Override
  default String connectionId() {
    return connection().id();
  }

  /** A connection was registered, or found in the store at the start. */
  record Registered(Connection connection, Instant timestamp) implements ConnectionEvent {}

  /**
   * A connection's registration changed.
   *
   * @param reopen whether its upstream has to be opened again
   */
  record Updated(Connection before, Connection connection, boolean reopen, Instant timestamp)
      implements ConnectionEvent {}

  /** A connection's status changed. */
  record StatusChanged(ConnectionStatus before, Connection connection, Instant timestamp)
      implements ConnectionEvent {}

  /** A connection was disconnected; {@code force}: without waiting for calls in flight. */
  record Disconnected(Connection connection, boolean force, Instant timestamp)
      implements ConnectionEvent {}

  /** A tombstone was deleted. */
  record Purged(Connection connection, Instant timestamp) implements ConnectionEvent {}
}
