package io.bluefly.registry.upstream;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds the rate at which a child's output is read, and with it what that costs: a token bucket.
 * What comes now and then passes at once; who floods has to wait, since nobody empties its pipe.
 * Not for use by several threads.
 */
final class FloodGate {
  /** Bytes that pass at once. */
  static final long BURST = 64L << 20;

  /** Bytes a second that pass in the long run. */
  static final long RATE = 8L << 20;

  private final LongSupplier nanos;
  private double left = BURST;
  private long before;

  /** A gate by a clock in nanoseconds. */
  FloodGate(LongSupplier nanos) {
    this.nanos = nanos;
    this.before = nanos.getAsLong();
  }

  /**
   * Takes {@code bytes} into account, which are negative when some were wanted after all.
   *
   * @return nanoseconds to wait before more is read, often 0
   */
  long charge(long bytes) {
    long now = nanos.getAsLong();
    left = Math.min(BURST, left + (double) (now - before) * RATE / TimeUnit.SECONDS.toNanos(1));
    left = Math.min(BURST, left - bytes);
    before = now;
    return left >= 0 ? 0 : (long) (-left / RATE * TimeUnit.SECONDS.toNanos(1));
  }
}
