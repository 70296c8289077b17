package io.bluefly.registry.connections;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Which side of MCP a connection is. */
public enum ConnectionType {
  /** Offers capabilities; the registry reaches it. */
  SERVER,
  /** Uses capabilities; registered to be seen, never reached. */
  CLIENT;

  /** The name in the API. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }
}
