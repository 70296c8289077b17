package io.bluefly.registry.metrics;

import java.util.Locale;

/** How a call ended. */
public enum Outcome {
  /** The server answered with a result. */
  OK,
  /** The server answered that its tool failed, or with a JSON-RPC error. */
  ERROR_ANSWER,
  /** No answer: the server was not reached, went away, sent garbage or took too long. */
  FAILED,
  /** The client gave up; nobody's error. */
  CANCELLED;

  /** The name in the API. */
  public String wire() {
    return this == ERROR_ANSWER ? "error" : name().toLowerCase(Locale.ROOT);
  }

  boolean isError() {
    return this == ERROR_ANSWER || this == FAILED;
  }
}
