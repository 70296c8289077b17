package io.bluefly.registry.metrics;

/**
 * The mean of a number that changes at once, weighted by time, so that what was long ago counts
 * less and less: an exponentially weighted moving average over a continuous signal. Times are
 * readings of a monotonic clock in ns.
 */
public final class LoadAverage {
  private final double meanLifeNanos;
  private double average;
  private double value;
  private long at;

  /** Zero since {@code nanos}; what was {@code meanLifeNanos} ago counts 1/e of what is now. */
  public LoadAverage(long nanos, long meanLifeNanos) {
    this.at = nanos;
    this.meanLifeNanos = meanLifeNanos;
  }

  /** The number is {@code next} from now on. */
  public synchronized void set(long nanos, double next) {
    average = average(nanos);
    at = Math.max(at, nanos);
    value = next;
  }

  /** The mean at this moment. */
  public synchronized double average(long nanos) {
    double age = Math.max(0, nanos - at);
    double kept = Math.exp(-age / meanLifeNanos);
    return average * kept + value * (1 - kept);
  }
}
