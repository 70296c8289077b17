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

  /** The share of calls in the last five minutes that come to errors and make it degraded. */
  @WithDefault("0.5")
  double degradedErrorRate();

  /** Calls in the last five minutes without which their errors do not count. */
  @WithDefault("20")
  int minimumCalls();

  /** Times that a connection leaves health, within short, from which on it flaps; 0: never. */
  @WithDefault("3")
  int flapsAfter();

  /** How long it takes until a time that it left health counts half. */
  @WithDefault("5m")
  Duration flapHalfLife();

  /** Until when after its begin a batch begins operations and checks. */
  @WithDefault("30s")
  Duration batchTimeout();

  /** When instances that fail calls leave the rotation. */
  EjectionSettings ejection();
}
