package io.bluefly.registry.audit;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** So many entries a second, and a count of those that were left out. */
final class Share {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private final LongSupplier nanos;
  private long began;
  private int taken;
  private long leftOut;

  Share(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
    this.began = nanos.getAsLong();
  }

  /** Whether there is room for one more; without it is counted. */
  synchronized boolean take() {
    long now = nanos.getAsLong();
    if (now - began >= SECOND) {
      began = now;
      taken = 0;
    }
    if (taken < perSecond) {
      taken++;
      return true;
    }
    leftOut++;
    return false;
  }

  /** How many were left out since this was asked. */
  synchronized long leftOut() {
    long many = leftOut;
    leftOut = 0;
    return many;
  }
}
