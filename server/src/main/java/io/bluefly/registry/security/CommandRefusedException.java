package io.bluefly.registry.security;

/** A process may not or can't be started as it should be; the message says why and the way out. */
public final class CommandRefusedException extends Exception {
  /** A sentence for the operator, without secrets. */
  public CommandRefusedException(String message) {
    super(message, null, false, false);
  }

  /** A sentence for the operator. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
