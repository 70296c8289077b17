package io.bluefly.registry.connections;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Where a connection is in its life. */
public enum ConnectionStatus {
  /** In rotation. */
  ACTIVE,
  /** Kept, takes no new calls. */
  IDLE,
  /** Meant to be active and not usable now. Never stored: after a restart it is tried afresh. */
  ERROR,
  /** Gone; its tombstone stays a while. */
  DISCONNECTED;

  private static final Map<ConnectionStatus, Set<ConnectionStatus>> MOVES =
      Map.of(
          ACTIVE, Set.of(ACTIVE, IDLE, ERROR, DISCONNECTED),
          IDLE, Set.of(IDLE, ACTIVE, DISCONNECTED),
          ERROR, Set.of(ERROR, ACTIVE, IDLE, DISCONNECTED),
          DISCONNECTED, Set.of());

  private final String wire = name().toLowerCase(Locale.ROOT);

  /** Whether the life cycle allows this move. */
  public boolean canBecome(ConnectionStatus next) {
    return MOVES.getOrDefault(this, Set.of()).contains(next);
  }

  /** The name in the API. */
  @JsonValue
  public String wire() {
    return wire;
  }
}
