package io.bluefly.registry.metrics;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;

/**
 * How many calls took how long, to two significant digits of µs. Never changes. The bytes are
 * HdrHistogram's own format (V2: counts as ZigZag numbers, runs of zeros in one).
 */
public final class LatencyCounts {
  /** No call. */
  public static final LatencyCounts NONE = new LatencyCounts(empty());

  static final int DIGITS = 2;
  private static final double MICROS_PER_MILLI = 1_000;
  private static final double MICROS_PER_SECOND = 1_000_000;
  private static final double P95 = 95;

  private final Histogram histogram;

  private LatencyCounts(Histogram histogram) {
    this.histogram = histogram;
  }

  private static Histogram empty() {
    Histogram histogram = new Histogram(DIGITS);
    histogram.setAutoResize(true);
    return histogram;
  }

  /** What {@code source} counts now; others may go on recording. */
  static LatencyCounts copyOf(AbstractHistogram source) {
    Histogram copy = empty();
    copy.add(source);
    return new LatencyCounts(copy);
  }

  /**
   * Reads what {@link #bytes} wrote.
   *
   * @throws IllegalArgumentException when they are damaged
   */
  public static LatencyCounts of(byte[] bytes) {
    try {
      return new LatencyCounts(Histogram.decodeFromByteBuffer(ByteBuffer.wrap(bytes), 0));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("no histogram of latencies", e);
    }
  }

  /** For keeping; some hundred bytes. */
  public byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoByteBuffer(buffer);
    return Arrays.copyOf(buffer.array(), length);
  }

  /** The same in some hundred bytes, for what is seldom read. */
  static final class Packed {
    private final byte[] bytes;

    private Packed(byte[] bytes) {
      this.bytes = bytes;
    }

    LatencyCounts unpacked() {
      return of(bytes);
    }
  }

  Packed packed() {
    return new Packed(bytes());
  }

  /** Both together. */
  public LatencyCounts plus(LatencyCounts other) {
    LatencyCounts sum = copyOf(histogram);
    sum.histogram.add(other.histogram);
    return sum;
  }

  /** What has come since it was {@code before}. */
  LatencyCounts minus(LatencyCounts before) {
    LatencyCounts rest = copyOf(histogram);
    rest.histogram.subtract(before.histogram);
    return rest;
  }

  /** How many calls. */
  public long count() {
    return histogram.getTotalCount();
  }

  /** The time that 95 of 100 calls did not exceed, in ms; 0 without calls. */
  public double p95Millis() {
    return count() == 0 ? 0 : histogram.getValueAtPercentile(P95) / MICROS_PER_MILLI;
  }

  /**
   * The calls between each two bounds.
   *
   * @param seconds bounds in s, ascending; a call belongs to the first that it does not exceed
   * @return one count for each bound, and a last one for what took longer
   */
  public List<Long> between(List<Double> seconds) {
    List<Long> counts = new ArrayList<>();
    long below = 0;
    for (double bound : seconds) {
      long atMost = histogram.getCountBetweenValues(0, (long) (bound * MICROS_PER_SECOND));
      counts.add(atMost - below);
      below = atMost;
    }
    counts.add(count() - below);
    return counts;
  }
}
