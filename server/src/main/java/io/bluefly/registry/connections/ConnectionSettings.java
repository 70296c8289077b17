package io.bluefly.registry.connections;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of connections. */
public interface ConnectionSettings {
  /** How long a disconnected connection stays listable. */
  @WithDefault("24h")
  Duration tombstoneRetention();
}
