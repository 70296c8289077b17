package io.bluefly.registry.drupal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Whose value counts when both sides have changed the same field. */
public enum ConflictPolicy {
  /** The registry's. */
  REGISTRY,
  /** Drupal's. */
  DRUPAL,
  /** That of the side that was changed last, in whole seconds; the registry's when that is even. */
  NEWEST,
  /** Nobody's: both stay as they are until somebody makes them equal. */
  MANUAL;

  /** The name in the API and in settings. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
