package io.bluefly.registry.capabilities;

import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/** Settings of how definitions of tools are watched. */
public interface DefinitionSettings {
  /** What comes of a tool whose definition is not the approved one. */
  @WithDefault("warn")
  @WithConverter(DefinitionPolicyConverter.class)
  DefinitionPolicy policy();
}
