package io.bluefly.registry.connections;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A change of the registry that is asked for. */
public sealed interface Change {
  /** Registers a connection. */
  record Register(Registration registration) implements Change {}

  /**
   * Changes a connection's registration, its status, or both.
   *
   * @param registration gives what it shall be from what it is; runs while no other change does,
   *     and refuses by what it throws
   * @param status {@code ACTIVE} or {@code IDLE}, or null to leave it
   */
  record Update(
      String connectionId,
      UnaryOperator<Registration> registration,
      @Nullable ConnectionStatus status)
      implements Change {}

  /**
   * Disconnects a connection; one that is disconnected stays as it is.
   *
   * @param force without waiting for calls in flight
   */
  record Disconnect(String connectionId, boolean force) implements Change {}

  /** What came of a change. */
  sealed interface Result {
    /** It was made, and stored. */
    record Made(Connection connection) implements Result {}

    /** It can't be made: a {@link RegistryException}, or what the change itself threw. */
    record Refused(RuntimeException reason) implements Result {}

    /** It could be made, and was not, because another one was refused. */
    record NotMade() implements Result {}
  }
}
