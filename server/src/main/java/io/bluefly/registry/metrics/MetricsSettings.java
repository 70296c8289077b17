package io.bluefly.registry.metrics;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of what is counted. */
public interface MetricsSettings {
  /** How long a client's calls in flight count after its last usage report. */
  @WithDefault("60s")
  Duration usageExpiry();

  /** How often totals are stored; a crash loses what was counted since. */
  @WithDefault("10s")
  Duration saveInterval();

  /** Pools that history and {@code /metrics} tell apart; those beyond are one, {@code other}. */
  @WithDefault("100")
  int maxPools();
}
