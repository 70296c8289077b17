package io.bluefly.registry.drupal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which side a sync changes. */
public enum SyncMode {
  /** Drupal only: what the registry has changed goes there. */
  PUSH,
  /** The registry only: what was changed in Drupal comes here. */
  PULL,
  /** Both. */
  BIDIRECTIONAL;

  /** The name in the API and in settings. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean pushes() {
    return this != PULL;
  }

  boolean pulls() {
    return this != PUSH;
  }
}
