package io.bluefly.registry.events;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The kinds of public events. */
public enum EventType {
  /** A connection's status is another than before. */
  CONNECTION_STATUS,
  /** A check of a connection's health came to a result, or its health changed without one. */
  HEALTH_CHECK,
  /** A call of the data plane has ended. */
  CAPABILITY_REQUEST,
  /** A connection was registered. */
  CONNECTION_REGISTERED,
  /** A connection's registration was changed. */
  CONNECTION_UPDATED,
  /** What a server offers is not what it was. */
  CAPABILITY_CHANGED,
  /** A tool's definition is not the approved one, is flagged, or was approved. */
  DEFINITION_CHANGED,
  /** An instance left the rotation for what its calls came to, or returned. */
  EJECTION,
  /** There is advice on a pool, or there is no reason for it any more. */
  RECOMMENDATION,
  /** A child process was started, has ended, or the number of instances changes. */
  PROCESS,
  /** A sync with a Drupal site has begun, goes on, or has ended. */
  DRUPAL_SYNC;

  private static final List<String> NAMES =
      Arrays.stream(values()).map(EventType::wire).sorted().toList();

  private final String wire = name().toLowerCase(Locale.ROOT).replace('_', '-');

  /** The name in the API. */
  public String wire() {
    return wire;
  }

  /** The type with this name in the API. */
  public static Optional<EventType> of(String wire) {
    return Arrays.stream(values()).filter(type -> type.wire.equals(wire)).findFirst();
  }

  /** All names, sorted. */
  public static List<String> names() {
    return NAMES;
  }
}
