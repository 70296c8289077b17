package io.bluefly.registry.api;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Points in time as clients write them. */
final class Times {
  private Times() {}

  /** A parameter of the query; null when it is not there. */
  static @Nullable Instant optional(Request request, String name) {
    String text = request.optionalText(name);
    return text == null ? null : parse("query/" + name, text);
  }

  /**
   * The time that {@code text} means.
   *
   * @param field where it stands, for the problem
   * @throws ProblemException when it is none
   */
  static Instant parse(String field, String text) {
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      throw new ProblemException(
          Problems.invalid(field, "must be a time such as 2026-01-15T10:00:00Z"));
    }
  }
}
