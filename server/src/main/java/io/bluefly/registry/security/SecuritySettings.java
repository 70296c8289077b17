package io.bluefly.registry.security;

import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** Settings of who may speak to the registry and what connections may know. */
public interface SecuritySettings {
  /** Whether requests need the key. Only a registry on loopback may do without. */
  @WithDefault("true")
  boolean auth();

  /** Host names allowed beside the usual ones. */
  Optional<List<String>> allowedHosts();

  /** Names of environment variables that connections may refer to as {@code ${NAME}}. */
  Optional<List<String>> secrets();
}
