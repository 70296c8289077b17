package io.bluefly.registry.connections;

/**
 * How a connection is checked.
 *
 * @param enabled whether it is checked at all
 * @param interval between checks, in s, 1..86400
 * @param timeout of one check, in ms, 100..60000
 */
public record HealthCheck(boolean enabled, int interval, int timeout) {
  /** What is used where a registration says nothing. */
  public static final HealthCheck DEFAULT = new HealthCheck(true, 30, 5_000);

  /** Checks the ranges. */
  public HealthCheck {
    if (interval < 1 || interval > 86_400 || timeout < 100 || timeout > 60_000) {
      throw new IllegalArgumentException("healthCheck out of range");
    }
  }
}
