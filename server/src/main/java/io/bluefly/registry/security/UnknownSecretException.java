package io.bluefly.registry.security;

/** A {@code ${NAME}} that may not be used or has no value. The message names it, never a value. */
public final class UnknownSecretException extends Exception {
  /** Says which name, and what to do. */
  public UnknownSecretException(String message) {
    super(message, null, false, false);
  }

  /** Which name, and what to do. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
