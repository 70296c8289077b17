package io.bluefly.registry.upstream;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why an upstream can't be used. */
public enum FailureReason {
  /** The registration asks for something that is not there: a command, a folder, a secret. */
  CONFIGURATION,
  /** The address does not answer. */
  UNREACHABLE,
  /** The server answers, and wants credentials: it is not down. */
  NEEDS_AUTHENTICATION,
  /** The server answers, but not as MCP. */
  PROTOCOL,
  /** The server did not answer in time. */
  TIMEOUT,
  /** The child process ended, or the server closed the connection. */
  EXITED,
  /** The registry runs as many processes as it may. */
  PROCESS_BUDGET;

  /** The name in the API. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
