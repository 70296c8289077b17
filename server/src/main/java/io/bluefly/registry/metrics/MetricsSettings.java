package io.bluefly.registry.metrics;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of what is counted. */
public interface MetricsSettings {
  /** How long a client's calls in flight count after its last usage report. */
  @WithDefault("60s")
  Duration usageExpiry();
}
