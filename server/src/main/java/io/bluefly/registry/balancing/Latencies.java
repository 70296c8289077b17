package io.bluefly.registry.balancing;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** How long one instance takes for each of its tools. */
final class Latencies {
  /** Tools that are told apart; further ones count as one. */
  private static final int MAX_TOOLS = 256;

  private static final String OTHERS = "(others)";
  private static final double NANOS_PER_MILLI = 1e6;

  /** What a tool is expected to take where it has only failed. */
  private static final double UNKNOWN_MILLIS = 1_000;

  /** What was so long ago counts 1/e of what is now. */
  private static final double MEAN_LIFE_NANOS = Duration.ofSeconds(10).toNanos();

  private final Map<String, Average> byTool = new ConcurrentHashMap<>();

  /** A tool took so long. */
  void record(String tool, long nanos, long elapsedNanos) {
    average(tool).record(nanos, elapsedNanos / NANOS_PER_MILLI);
  }

  /** A call of a tool failed: that says nothing of how long it takes when it does not. */
  void failed(String tool, long nanos, long elapsedNanos) {
    average(tool).failed(nanos, elapsedNanos / NANOS_PER_MILLI);
  }

  /** A call of a tool was given up after so long: it would have taken longer. */
  void atLeast(String tool, long nanos, long elapsedNanos) {
    average(tool).atLeast(nanos, elapsedNanos / NANOS_PER_MILLI);
  }

  private Average average(String tool) {
    Average known = find(tool);
    return known == null ? byTool.computeIfAbsent(tool, _ -> new Average()) : known;
  }

  private @Nullable Average find(String tool) {
    Average known = byTool.get(tool);
    return known == null && byTool.size() >= MAX_TOOLS
        ? byTool.computeIfAbsent(OTHERS, _ -> new Average())
        : known;
  }

  /**
   * What a call of the tool has to be expected to take, in ms: goes up at once and down slowly,
   * also while nothing is called, so that who was slow is tried again. 0 when it is not known.
   */
  double peak(String tool, long nanos) {
    Average known = find(tool);
    return known == null ? 0 : known.peak(nanos);
  }

  /** Tells the mean of each tool that was called in the last minute, in ms. */
  void means(long nanos, BiConsumer<String, Double> each) {
    byTool.forEach((tool, average) -> {
      if (average.isKnown(nanos)) {
        each.accept(tool, average.mean());
      }
    });
  }

  void clear() {
    byTool.clear();
  }

  private static final class Average {
    private static final long RECENT_NANOS = Duration.ofMinutes(1).toNanos();
    private long at;
    private double peak;
    private double mean;

    synchronized void record(long nanos, double millis) {
      boolean first = mean == 0;
      double kept = kept(nanos);
      peak = first || millis > peak ? millis : peak * kept + millis * (1 - kept);
      // At least some of the new: calls that follow each other closely are many samples, too.
      double share = Math.max(1 - kept, 0.05);
      mean = first ? millis : mean * (1 - share) + millis * share;
      at = nanos;
    }

    synchronized void failed(long nanos, double millis) {
      double expected = peak == 0 ? UNKNOWN_MILLIS : peak(nanos);
      peak = Math.max(expected, millis);
      at = nanos;
    }

    synchronized void atLeast(long nanos, double millis) {
      if (millis > mean) {
        record(nanos, millis);
      }
    }

    private double kept(long nanos) {
      return Math.exp(-Math.max(0, nanos - at) / MEAN_LIFE_NANOS);
    }

    synchronized double peak(long nanos) {
      return peak * kept(nanos);
    }

    synchronized double mean() {
      return mean;
    }

    synchronized boolean isKnown(long nanos) {
      return mean > 0 && nanos - at < RECENT_NANOS;
    }
  }
}
