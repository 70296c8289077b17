package io.bluefly.registry.testkit.server;

import java.util.List;
import java.util.Locale;

/** Which protocol versions a server speaks. */
public enum Era {
  /** 2026-07-28 only: stateless. */
  MODERN,
  /** 2024-11-05 to 2025-11-25 only: {@code initialize} and sessions. */
  LEGACY,
  /** Each request as its {@code _meta} says, on one endpoint. */
  BOTH;

  static final String MODERN_VERSION = "2026-07-28";

  /** Newest first. */
  static final List<String> LEGACY_VERSIONS =
      List.of("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");

  static Era of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  boolean modern() {
    return this != LEGACY;
  }

  boolean legacy() {
    return this != MODERN;
  }
}
