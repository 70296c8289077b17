package io.bluefly.registry.health;

import io.bluefly.registry.upstream.FailureReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A connection's health at one moment. It changes by evidence alone, with hysteresis: what may be a
 * passing trouble counts only when it comes repeatedly, and who leaves health again and again is
 * degraded at best until that has been long ago.
 *
 * @param answers what probes and answered calls say
 * @param erring that many calls come to errors, as a sentence; null when not
 * @param flapping whether it leaves health again and again
 */
public record Health(Answers answers, @Nullable String erring, Flapping flapping) {
  private static final int PERCENT = 100;

  /** Nothing known yet. */
  public static Health initializing(Instant now) {
    return new Health(Answers.none(now), null, Flapping.NONE);
  }

  /** How it is. */
  public HealthStatus status() {
    HealthStatus seen = seen();
    return seen == HealthStatus.HEALTHY && flapping.now() ? HealthStatus.DEGRADED : seen;
  }

  /** How it would be if it did not flap: degraded also by calls that come to errors. */
  private HealthStatus seen() {
    return erring != null && answers.status() == HealthStatus.HEALTHY
        ? HealthStatus.DEGRADED
        : answers.status();
  }

  /** When the last probe or answer came. */
  public Instant lastCheck() {
    return answers.at();
  }

  /** Of the last answer, in ms; null without one. */
  public @Nullable Long responseTime() {
    return answers.responseTime();
  }

  /** Probes so far. */
  public long checks() {
    return answers.checks().all();
  }

  /** Those of them that failed. */
  public long failedChecks() {
    return answers.checks().failed();
  }

  /** Why it does not answer well; null while it does. */
  public @Nullable FailureReason reason() {
    Answers.Trouble trouble = answers.trouble();
    return trouble == null ? null : trouble.reason();
  }

  /** Why it is not healthy, as a sentence; null while it is. */
  public @Nullable String message() {
    Answers.Trouble trouble = answers.trouble();
    if (trouble != null) {
      return trouble.message();
    }
    return erring == null && flapping.now()
        ? "it has left health again and again, and has to stay healthy for a while"
        : erring;
  }

  /** The health with {@code evidence} taken into account. */
  Health with(Evidence evidence, Limits limits, Instant now) {
    Health next =
        switch (evidence) {
          case Evidence.Opened _ -> new Health(answers.opened(limits, now), null, flapping);
          case Evidence.Down down -> new Health(answers.down(down, limits, now), null, flapping);
          case Evidence.Answered answered ->
              answered(answered.millis(), answers.checks().answered(), limits, now);
          case Evidence.Served served -> answered(served.millis(), answers.checks(), limits, now);
          case Evidence.Unanswered why ->
              new Health(answers.unanswered(why, limits, now), erring, flapping);
          case Evidence.Calls calls -> new Health(answers, erring(calls, limits), flapping);
          case Evidence.Quiet _ -> this;
        };
    boolean left = seen() == HealthStatus.HEALTHY && next.seen() != HealthStatus.HEALTHY;
    Flapping flaps = left ? flapping.once(limits, now) : flapping.at(limits, now);
    return new Health(next.answers, next.erring, flaps);
  }

  private Health answered(long millis, Answers.Checks counted, Limits limits, Instant now) {
    return new Health(
        answers.answered(millis, counted, recoveredAfter(limits), limits, now), erring, flapping);
  }

  /** Who flaps has to do better before it is believed. */
  private int recoveredAfter(Limits limits) {
    return flapping.now()
        ? limits.recoveredAfter() * (int) Math.ceil(flapping.count())
        : limits.recoveredAfter();
  }

  /** It takes half the rate to be rid of it again, so that it does not come and go. */
  private @Nullable String erring(Evidence.Calls calls, Limits limits) {
    double limit = erring == null ? limits.errorRate() : limits.errorRate() / 2;
    boolean bad = calls.ended() >= limits.minimumCalls() && calls.errorRate() >= limit;
    return bad
        ? Math.round(calls.errorRate() * PERCENT)
            + " % of the last "
            + calls.ended()
            + " calls came to errors"
        : null;
  }
}
