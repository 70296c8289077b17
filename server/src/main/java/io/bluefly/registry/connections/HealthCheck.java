package io.bluefly.registry.connections;

import org.jspecify.annotations.Nullable;

/**
 * How a connection is checked. What is null is as the registry's settings have it.
 *
 * @param enabled whether it is checked at all
 * @param interval between checks, in s, 1..86400
 * @param timeout of one check, in ms, 100..60000
 * @param slowAfter what an answer has to take to be a slow one, in ms, 1..60000
 * @param degradedAfter slow answers in a row that make it degraded, 1..100
 * @param unhealthyAfter failed checks in a row that make it unhealthy, 1..100
 * @param recoveredAfter good answers in a row that make it healthy again, 1..100
 * @param degradedErrorRate share of errors among the calls of the last five minutes that makes it
 *     degraded, above 0, to 1
 */
public record HealthCheck(
    boolean enabled,
    int interval,
    int timeout,
    @Nullable Integer slowAfter,
    @Nullable Integer degradedAfter,
    @Nullable Integer unhealthyAfter,
    @Nullable Integer recoveredAfter,
    @Nullable Double degradedErrorRate) {
  private static final int MAX_IN_A_ROW = 100;
  private static final int MAX_TIMEOUT_MS = 60_000;

  /** What is used where a registration says nothing. */
  public static final HealthCheck DEFAULT =
      new HealthCheck(true, 30, 5_000, null, null, null, null, null);

  /** Checks the ranges. */
  public HealthCheck {
    if (interval < 1
        || interval > 86_400
        || timeout < 100
        || timeout > MAX_TIMEOUT_MS
        || !isWithin(slowAfter, MAX_TIMEOUT_MS)
        || !isWithin(degradedAfter, MAX_IN_A_ROW)
        || !isWithin(unhealthyAfter, MAX_IN_A_ROW)
        || !isWithin(recoveredAfter, MAX_IN_A_ROW)
        || (degradedErrorRate != null && !(degradedErrorRate > 0 && degradedErrorRate <= 1))) {
      throw new IllegalArgumentException("healthCheck out of range");
    }
  }

  private static boolean isWithin(@Nullable Integer value, int most) {
    return value == null || (value >= 1 && value <= most);
  }
}
