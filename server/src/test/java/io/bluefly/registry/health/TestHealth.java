package io.bluefly.registry.health;

import java.time.Duration;

/** The defaults of the settings. */
public record TestHealth() implements HealthSettings {
  @Override
  public Duration slowAfter() {
    return Duration.ofSeconds(2);
  }

  @Override
  public int degradedAfter() {
    return 2;
  }

  @Override
  public int unhealthyAfter() {
    return 3;
  }

  @Override
  public int recoveredAfter() {
    return 2;
  }

  @Override
  public double degradedErrorRate() {
    return 0.5;
  }

  @Override
  public int minimumCalls() {
    return 20;
  }

  @Override
  public int flapsAfter() {
    return 3;
  }

  @Override
  public Duration flapHalfLife() {
    return Duration.ofMinutes(5);
  }

  @Override
  public Duration batchTimeout() {
    return Duration.ofSeconds(30);
  }

  @Override
  public EjectionSettings ejection() {
    return TestEjection.DEFAULT;
  }
}
