package io.bluefly.registry.connections;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How a connection's server is reached. */
public enum Protocol {
  /** A child process, by its standard streams. */
  STDIO,
  /** Streamable HTTP. */
  HTTP,
  /** WebSocket. */
  WEBSOCKET;

  private final String wire = name().toLowerCase(Locale.ROOT);

  /** The name in the API. */
  @JsonValue
  public String wire() {
    return wire;
  }
}
