package io.bluefly.registry.health;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of when a connection counts as degraded, unhealthy and recovered. */
public interface HealthSettings {
  /** An answer that takes longer is a slow one. */
  @WithDefault("2s")
  Duration slowAfter();

  /** Slow answers in a row that make a connection degraded. */
  @WithDefault("2")
  int degradedAfter();

  /** Failed probes in a row that make a connection unhealthy. */
  @WithDefault("3")
  int unhealthyAfter();

  /** Good answers in a row that make a connection healthy again. */
  @WithDefault("2")
  int recoveredAfter();

  /** When instances that fail calls leave the rotation. */
  EjectionSettings ejection();
}
