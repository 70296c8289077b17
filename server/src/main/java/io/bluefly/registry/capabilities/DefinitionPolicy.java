package io.bluefly.registry.capabilities;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What comes of a tool whose definition is not the approved one. */
public enum DefinitionPolicy {
  /** Definitions are not looked at. */
  OFF,
  /** The change is told; the tool may be used as before. */
  WARN,
  /** The change is told; the tool is in no list and takes no calls until it is approved. */
  BLOCK;

  /** The name in the API and in settings. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
