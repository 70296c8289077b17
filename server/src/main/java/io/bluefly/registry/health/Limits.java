package io.bluefly.registry.health;

import io.bluefly.registry.connections.HealthCheck;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a connection counts as degraded, unhealthy and recovered.
 *
 * @param slowAfter an answer that takes longer is a slow one
 * @param degradedAfter slow answers in a row that make it degraded
 * @param unhealthyAfter failed probes in a row that make it unhealthy
 * @param recoveredAfter good answers in a row that make it healthy again
 * @param errorRate share of calls that come to errors which makes it degraded, above 0, to 1
 * @param minimumCalls calls of the last five minutes without which their errors do not count
 * @param flapsAfter times that it leaves health within short from which on it flaps; 0: never
 * @param flapHalfLife how long it takes until such a time counts half
 */
record Limits(
    Duration slowAfter,
    int degradedAfter,
    int unhealthyAfter,
    int recoveredAfter,
    double errorRate,
    int minimumCalls,
    int flapsAfter,
    Duration flapHalfLife) {
  /** Those of the settings, but for what the connection has of its own. */
  static Limits of(HealthSettings settings, HealthCheck own) {
    return new Limits(
        own.slowAfter() == null ? settings.slowAfter() : Duration.ofMillis(own.slowAfter()),
        either(own.degradedAfter(), settings.degradedAfter()),
        either(own.unhealthyAfter(), settings.unhealthyAfter()),
        either(own.recoveredAfter(), settings.recoveredAfter()),
        own.degradedErrorRate() == null ? settings.degradedErrorRate() : own.degradedErrorRate(),
        settings.minimumCalls(),
        settings.flapsAfter(),
        settings.flapHalfLife());
  }

  private static int either(@Nullable Integer own, int common) {
    return own == null ? common : own;
  }
}
