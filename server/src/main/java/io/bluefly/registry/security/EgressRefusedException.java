package io.bluefly.registry.security;

/** An address that the registry may not connect to. The message names it and the way out. */
public final class EgressRefusedException extends Exception {
  EgressRefusedException(String message) {
    super(message, null, false, false);
  }

  /** Which address, and what to do. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
