package io.bluefly.registry.connections;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A registered connection at one moment.
 *
 * @param id {@code mcp-conn-} and a suffix that sorts by the time of registration
 * @param disconnectedAt when it went, null while it is there
 */
public record Connection(
    String id,
    Registration registration,
    ConnectionStatus status,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant disconnectedAt) {

  /** The name, unique among connections that are not disconnected. */
  public String name() {
    return registration.name();
  }

  /** Whether it is a server that the registry reaches. */
  public boolean isServer() {
    return registration.type() == ConnectionType.SERVER;
  }

  /** Whether only its tombstone is left. */
  public boolean isDisconnected() {
    return status == ConnectionStatus.DISCONNECTED;
  }

  Connection with(ConnectionStatus next) {
    return new Connection(id, registration, next, createdAt, updatedAt, disconnectedAt);
  }

  Connection with(Registration next, ConnectionStatus nextStatus, Instant now) {
    return new Connection(id, next, nextStatus, createdAt, now, disconnectedAt);
  }

  Connection disconnected(Instant now) {
    return new Connection(id, registration, ConnectionStatus.DISCONNECTED, createdAt, now, now);
  }

  /** As it is stored: the error state is what is observed, not what is meant. */
  Connection asStored() {
    return status == ConnectionStatus.ERROR ? with(ConnectionStatus.ACTIVE) : this;
  }
}
