package io.bluefly.registry.telemetry;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Settings of what a collector is told. */
public interface TelemetrySettings {
  /**
   * The address of a collector that takes OTLP over HTTP, without {@code /v1/…}; else that of
   * {@code OTEL_EXPORTER_OTLP_ENDPOINT}. Without any, nothing is told.
   */
  Optional<String> endpoint();

  /** The share of traces that begin here which are told, 0..1; others go by their own flag. */
  @WithDefault("1.0")
  double sampleRatio();

  /** How often the collector gets the metrics. */
  @WithDefault("60s")
  Duration metricsInterval();
}
