package io.bluefly.registry.protocol;

import java.util.List;

/** The two families of MCP versions, which differ in how a conversation begins. */
public enum Era {
  /** Stateless: 2026-07-28. Every request carries its version and the client's capabilities. */
  MODERN,
  /** With {@code initialize} and sessions: up to 2025-11-25. */
  LEGACY;

  /** The modern version that the registry speaks. */
  public static final String MODERN_VERSION = "2026-07-28";

  /** The legacy versions that the registry speaks, newest first. */
  public static final List<String> LEGACY_VERSIONS =
      List.of("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05");

  /** The newest legacy version, which the registry asks legacy servers for. */
  public static final String LATEST_LEGACY = LEGACY_VERSIONS.getFirst();
}
