package io.bluefly.registry.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What somebody may do. None includes another, but for {@link #ADMIN}, which includes all. */
public enum Permission {
  /** See connections, capabilities, figures and events. */
  READ,
  /** Send MCP through the registry, and report usage. */
  CALL,
  /** Register, change and check what starts no command; disconnect. */
  WRITE,
  /** Beside {@link #WRITE}: do so with what starts a command on the registry's machine. */
  EXEC,
  /** Everything; keys and the audit log are for this one only. */
  ADMIN;

  /** The name in the API and in tokens. */
  public String wire() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The permission of that name. */
  public static Optional<Permission> of(String wire) {
    return Arrays.stream(values()).filter(each -> each.wire().equals(wire)).findFirst();
  }
}
