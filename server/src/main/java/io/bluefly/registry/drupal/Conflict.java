package io.bluefly.registry.drupal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/**
 * A field that both sides have changed. Values are not told: they may be secret.
 *
 * @param nodeId the UUID of the node
 * @param field the node's field
 * @param resolution whose value counts now
 */
public record Conflict(
    String connectionId, String nodeId, String field, Resolution resolution, String message) {
  /** The same, of which neither value was taken. */
  Conflict unresolved() {
    return new Conflict(
        connectionId,
        nodeId,
        field,
        Resolution.UNRESOLVED,
        "Both sides have changed " + field + ", and both are left as they are");
  }

  /** Whose value counts. */
  public enum Resolution {
    /** The registry's. */
    REGISTRY,
    /** Drupal's. */
    DRUPAL,
    /** Both are as they were. */
    UNRESOLVED;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
