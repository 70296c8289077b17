package io.bluefly.registry.health;

import io.bluefly.registry.upstream.FailureReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What probes and answered calls say of a connection.
 *
 * @param status how it is by that
 * @param at when the last of them came
 * @param responseTime of the last answer, in ms; null without one
 * @param checks the probes among them
 * @param trouble why it is not healthy; null while it is
 * @param streak what came in a row
 */
public record Answers(
    HealthStatus status,
    Instant at,
    @Nullable Long responseTime,
    Checks checks,
    @Nullable Trouble trouble,
    Streak streak) {
  /** Probes so far, and those of them that failed. */
  public record Checks(long all, long failed) {
    /** Nothing yet. */
    public static final Checks NONE = new Checks(0, 0);

    Checks answered() {
      return new Checks(all + 1, failed);
    }

    Checks unanswered() {
      return new Checks(all + 1, failed + 1);
    }
  }

  /**
   * Why it is not healthy.
   *
   * @param reason null when it is only slow
   * @param message the same as a sentence
   */
  public record Trouble(@Nullable FailureReason reason, String message) {}

  /** How many came in a row: good answers, slow answers, failed probes. */
  public record Streak(int good, int slow, int failed) {
    /** Nothing yet. */
    public static final Streak NONE = new Streak(0, 0, 0);

    Streak answered(boolean isSlow) {
      return isSlow ? new Streak(0, slow + 1, 0) : new Streak(good + 1, 0, 0);
    }

    Streak unanswered() {
      return new Streak(0, 0, failed + 1);
    }
  }

  /** None yet. */
  static Answers none(Instant now) {
    return new Answers(HealthStatus.INITIALIZING, now, null, Checks.NONE, null, Streak.NONE);
  }

  /** The server was opened: it is well until something else is known. */
  Answers opened(Limits limits, Instant now) {
    Streak well = new Streak(limits.recoveredAfter(), 0, 0);
    return new Answers(HealthStatus.HEALTHY, now, responseTime, checks, null, well);
  }

  /** It is down, which is certain. */
  Answers down(Evidence.Down down, Limits limits, Instant now) {
    Trouble why = new Trouble(down.reason(), down.message());
    Streak ill = new Streak(0, 0, limits.unhealthyAfter());
    return new Answers(HealthStatus.UNHEALTHY, now, null, checks, why, ill);
  }

  /**
   * It has answered in {@code millis}.
   *
   * @param counted the probes with this one, if it is one
   * @param recoveredAfter good answers in a row that make it healthy again
   */
  Answers answered(long millis, Checks counted, int recoveredAfter, Limits limits, Instant now) {
    boolean isSlow = millis > limits.slowAfter().toMillis();
    Streak row = streak.answered(isSlow);
    HealthStatus next =
        switch (status) {
          case INITIALIZING -> isSlow ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
          case HEALTHY ->
              row.slow >= limits.degradedAfter() ? HealthStatus.DEGRADED : HealthStatus.HEALTHY;
          case DEGRADED, UNHEALTHY -> row.good >= recoveredAfter ? HealthStatus.HEALTHY : status;
        };
    return new Answers(
        next, now, millis, counted, isSlow ? slow(next, millis) : troubleIn(next), row);
  }

  private @Nullable Trouble slow(HealthStatus next, long millis) {
    FailureReason reason = trouble == null ? null : trouble.reason;
    return next == HealthStatus.DEGRADED
        ? new Trouble(reason, "the last answer took " + millis + " ms")
        : troubleIn(next);
  }

  private @Nullable Trouble troubleIn(HealthStatus next) {
    return next == HealthStatus.HEALTHY ? null : trouble;
  }

  /** A probe has failed. */
  Answers unanswered(Evidence.Unanswered why, Limits limits, Instant now) {
    Streak row = streak.unanswered();
    // Who asks for credentials is there, and no further probe will change what it says.
    boolean certain =
        why.reason() == FailureReason.NEEDS_AUTHENTICATION || row.failed >= limits.unhealthyAfter();
    HealthStatus next =
        switch (status) {
          case UNHEALTHY -> status;
          case INITIALIZING -> certain ? HealthStatus.UNHEALTHY : status;
          case HEALTHY, DEGRADED -> certain ? HealthStatus.UNHEALTHY : HealthStatus.DEGRADED;
        };
    Trouble told = new Trouble(why.reason(), why.message());
    return new Answers(next, now, null, checks.unanswered(), told, row);
  }
}
