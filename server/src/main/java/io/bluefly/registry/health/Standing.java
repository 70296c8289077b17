package io.bluefly.registry.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of one instance say of it: how many in a row had no answer, and whether it is
 * ejected for that. Ejections grow longer while they follow on each other, and a good time between
 * them is counted off again.
 */
public final class Standing {
  private final InstantSource clock;
  private final EjectionSettings settings;
  private volatile boolean ejected;
  private int failures;
  private int ejections;
  private @Nullable Instant until;
  private @Nullable Instant since;
  private @Nullable String reason;

  /** Nothing said yet. */
  public Standing(InstantSource clock, EjectionSettings settings) {
    this.clock = clock;
    this.settings = settings;
  }

  /** A call was answered, with whatever. */
  public synchronized void answered() {
    failures = 0;
  }

  /**
   * A call had no answer.
   *
   * @return why it should be ejected now; null when it should not
   */
  public synchronized @Nullable String failed() {
    failures++;
    boolean enough = settings.consecutiveFailures() > 0;
    return enough && failures >= settings.consecutiveFailures() && !ejected
        ? failures + " calls in a row had no answer"
        : null;
  }

  /** Takes it out of rotation; returns until when. */
  public synchronized Instant eject(String why) {
    Instant now = clock.instant();
    Duration quiet = since == null ? Duration.ZERO : Duration.between(since, now);
    long forgiven = quiet.dividedBy(settings.baseTime().multipliedBy(2));
    ejections = (int) Math.max(0, ejections - forgiven) + 1;
    Duration time = settings.baseTime().multipliedBy(ejections);
    Instant end = now.plus(time.compareTo(settings.maxTime()) > 0 ? settings.maxTime() : time);
    until = end;
    reason = why;
    failures = 0;
    ejected = true;
    return end;
  }

  /** Takes it back if its time is over; whether it was. */
  public synchronized boolean returnIfDue() {
    Instant now = clock.instant();
    if (!ejected || until == null || now.isBefore(until)) {
      return false;
    }
    comeBack(now);
    return true;
  }

  /** A new session was opened: what the calls of the one before came to does not count any more. */
  public synchronized boolean reopened() {
    boolean was = ejected;
    failures = 0;
    if (was) {
      comeBack(clock.instant());
    }
    return was;
  }

  private void comeBack(Instant now) {
    ejected = false;
    until = null;
    since = now;
  }

  /** Whether it is out of rotation. */
  public boolean isEjected() {
    return ejected;
  }

  /** Until when it is out of rotation; null when it is not. */
  public synchronized @Nullable Instant ejectedUntil() {
    return until;
  }

  /** Why it was ejected last; null when it never was. */
  public synchronized @Nullable String reason() {
    return reason;
  }
}
