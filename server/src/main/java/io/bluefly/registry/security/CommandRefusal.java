package io.bluefly.registry.security;

import java.util.List;

/**
 * A part of a stdio endpoint that may not be so. It never holds the value of an argument or of a
 * variable, which may be secret.
 *
 * @param field where in the registration: {@code endpoint/args/2}
 * @param message what is wrong with it, and the way out
 * @param allowed what may be there, when that can be said in short; else empty
 */
public record CommandRefusal(String field, String message, List<String> allowed) {
  /** Copies. */
  public CommandRefusal {
    allowed = List.copyOf(allowed);
  }

  CommandRefusal(String field, String message) {
    this(field, message, List.of());
  }

  /** As part of a sentence: {@code endpoint.args.2 matches no …}. */
  @Override
  public String toString() {
    return field.replace('/', '.') + " " + message;
  }
}
