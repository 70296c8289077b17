package io.bluefly.registry.config;

/** A setting is wrong; the message is one sentence that names it and the way out. */
public final class ConfigException extends RuntimeException {
  /** A sentence for the operator. */
  public ConfigException(String message) {
    super(message, null, false, false);
  }

  /** A sentence for the operator. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
