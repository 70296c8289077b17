package io.bluefly.registry.audit;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What came of it. */
public enum Outcome {
  /** A call has been let through; another entry tells how it ended. */
  BEGUN,
  /** It was done. */
  DONE,
  /** It was not allowed, or could not be asked for like that. */
  REFUSED,
  /** It was allowed, and could not be done. */
  FAILED;

  /** The name in the log and the API. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
