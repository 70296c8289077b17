package io.bluefly.registry.health;

import io.bluefly.registry.upstream.FailureReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A connection's health at one moment. It changes by evidence alone, with hysteresis: what may be a
 * passing trouble counts only when it comes repeatedly.
 *
 * @param lastCheck when the last evidence came
 * @param responseTime of the last answer, in ms; null without one
 * @param checks probes so far
 * @param failedChecks those of them that failed
 * @param reason why it is not healthy, null while it is
 * @param message the same as a sentence
 * @param good good answers in a row
 * @param slow slow answers in a row
 * @param failed failed probes in a row
 */
public record Health(
    HealthStatus status,
    Instant lastCheck,
    @Nullable Long responseTime,
    long checks,
    long failedChecks,
    @Nullable FailureReason reason,
    @Nullable String message,
    int good,
    int slow,
    int failed) {

  /** Nothing known yet. */
  public static Health initializing(Instant now) {
    return new Health(HealthStatus.INITIALIZING, now, null, 0, 0, null, null, 0, 0, 0);
  }

  /** The health with {@code evidence} taken into account. */
  public Health with(Evidence evidence, HealthSettings settings, Instant now) {
    return switch (evidence) {
      case Evidence.Opened opened ->
          new Health(
              HealthStatus.HEALTHY,
              now,
              responseTime,
              checks,
              failedChecks,
              null,
              null,
              settings.recoveredAfter(),
              0,
              0);
      case Evidence.Down down ->
          new Health(
              HealthStatus.UNHEALTHY,
              now,
              null,
              checks,
              failedChecks,
              down.reason(),
              down.message(),
              0,
              0,
              settings.unhealthyAfter());
      case Evidence.Answered answered -> answered(answered.millis(), settings, now);
      case Evidence.Unanswered unanswered -> unanswered(unanswered, settings, now);
    };
  }

  private Health answered(long millis, HealthSettings settings, Instant now) {
    boolean isSlow = millis > settings.slowAfter().toMillis();
    int nowGood = isSlow ? 0 : good + 1;
    int nowSlow = isSlow ? slow + 1 : 0;
    HealthStatus next =
        switch (status) {
          case INITIALIZING -> isSlow ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
          case HEALTHY ->
              nowSlow >= settings.degradedAfter() ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
          case DEGRADED, UNHEALTHY ->
              nowGood >= settings.recoveredAfter() ? HealthStatus.HEALTHY : status;
        };
    String why =
        next == HealthStatus.DEGRADED && isSlow
            ? "the last answer took " + millis + " ms"
            : message;
    boolean healthy = next == HealthStatus.HEALTHY;
    return new Health(
        next,
        now,
        millis,
        checks + 1,
        failedChecks,
        healthy ? null : reason,
        healthy ? null : why,
        nowGood,
        nowSlow,
        0);
  }

  private Health unanswered(Evidence.Unanswered why, HealthSettings settings, Instant now) {
    int nowFailed = failed + 1;
    // Who asks for credentials is there, and no further probe will change what it says.
    boolean certain =
        why.reason() == FailureReason.NEEDS_AUTHENTICATION
            || nowFailed >= settings.unhealthyAfter();
    HealthStatus next =
        certain || status == HealthStatus.UNHEALTHY
            ? HealthStatus.UNHEALTHY
            : status == HealthStatus.INITIALIZING ? status : HealthStatus.DEGRADED;
    return new Health(
        next,
        now,
        null,
        checks + 1,
        failedChecks + 1,
        why.reason(),
        why.message(),
        0,
        0,
        nowFailed);
  }
}
