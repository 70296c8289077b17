package io.bluefly.registry.security;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Settings of who may speak to the registry and what connections may know. */
public interface SecuritySettings {
  /** Whether requests need the key. Only a registry on loopback may do without. */
  @WithDefault("true")
  boolean auth();

  /** Host names allowed beside the usual ones. */
  Optional<List<String>> allowedHosts();

  /**
   * What connections may refer to as {@code ${NAME}}: {@code NAME} for any command, {@code
   * NAME@connection-name} for that connection's, {@code NAME@https://host:port} for servers there.
   */
  Optional<List<String>> secrets();

  /** The folder with a file for each secret; what is not there comes from the environment. */
  @WithDefault("/run/secrets")
  Path secretsDir();
}
