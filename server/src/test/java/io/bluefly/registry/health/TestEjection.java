package io.bluefly.registry.health;

import java.time.Duration;

/** Settings of ejection that a test gives. */
public record TestEjection(
    int consecutiveFailures,
    Duration interval,
    int minimumCalls,
    double errorMargin,
    double latencyFactor,
    Duration latencyMargin,
    Duration baseTime,
    Duration maxTime,
    double maxShare)
    implements EjectionSettings {
  /** The defaults, as the mapping has them. */
  public static final TestEjection DEFAULT =
      new TestEjection(
          5,
          Duration.ofSeconds(10),
          20,
          0.3,
          5,
          Duration.ofMillis(100),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          0.5);
}
