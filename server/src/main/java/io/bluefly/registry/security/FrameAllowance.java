package io.bluefly.registry.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * How much a client may still send: a bucket that fills again at a steady rate. Lives on one event
 * loop.
 */
public final class FrameAllowance {
  /** Seconds of the rate that may come at once. */
  private static final int BURST = 3;

  private final InstantSource clock;
  private final double perSecond;
  private double left;
  private Instant filled;

  /**
   * A full bucket.
   *
   * @param clock one that does not step
   */
  public FrameAllowance(InstantSource clock, int perSecond) {
    this.clock = clock;
    this.perSecond = perSecond;
    this.left = (double) perSecond * BURST;
    this.filled = clock.instant();
  }

  /** Takes one; whether there was one. */
  public boolean take() {
    Instant now = clock.instant();
    double more = Math.max(0, Duration.between(filled, now).toNanos() * perSecond / 1e9);
    left = Math.min(perSecond * BURST, left + more);
    filled = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}
