package io.bluefly.registry.health;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of when an instance that fails calls is taken out of rotation for a while. */
public interface EjectionSettings {
  /** Calls in a row without an answer that eject an instance; 0 never ejects for that. */
  @WithDefault("5")
  int consecutiveFailures();

  /** How often instances of a pool are compared with each other. */
  @WithDefault("10s")
  Duration interval();

  /** Calls that an instance must have ended in the last minute to be compared. */
  @WithDefault("20")
  int minimumCalls();

  /** How much higher than the median of the others an instance's error rate may be, 0..1. */
  @WithDefault("0.3")
  double errorMargin();

  /** How many times the median latency of the others an instance may take for the same tools. */
  @WithDefault("5")
  double latencyFactor();

  /** An instance that is this much slower than the others, or less, is never ejected for it. */
  @WithDefault("100ms")
  Duration latencyMargin();

  /** How long the first ejection takes; each further one takes one such time longer. */
  @WithDefault("30s")
  Duration baseTime();

  /** The longest ejection. */
  @WithDefault("5m")
  Duration maxTime();

  /** The share of a pool's open instances that may be ejected at once, 0..1. */
  @WithDefault("0.5")
  double maxShare();
}
