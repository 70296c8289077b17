package io.bluefly.registry.health;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the instances of a pool that do much worse than the others. An instance is compared with
 * the median of the others, which a single bad one can't move and which makes sense for as few as
 * two; Envoy's outlier detection, from which the shape of the rules is taken, uses mean and
 * standard deviation and needs five.
 */
public final class Outliers {
  private final EjectionSettings settings;

  /** Judges by {@code settings}. */
  public Outliers(EjectionSettings settings) {
    this.settings = settings;
  }

  /**
   * What an instance did in the last minute.
   *
   * @param calls calls that ended
   * @param errorRate share of those that ended in vain, 0..1
   */
  public record Account(long calls, double errorRate) {}

  /**
   * Why {@code one} is an outlier by its errors; null when it is none.
   *
   * @param others the other instances of its pool
   */
  public @Nullable String errors(Account one, List<Account> others) {
    double[] rates =
        others.stream()
            .filter(o -> o.calls >= settings.minimumCalls())
            .mapToDouble(Account::errorRate)
            .toArray();
    if (one.calls < settings.minimumCalls() || rates.length == 0) {
      return null;
    }
    double usual = median(rates);
    return one.errorRate > usual + settings.errorMargin()
        ? percent(one.errorRate)
            + " of its calls failed in the last minute, of the others' "
            + percent(usual)
        : null;
  }

  /**
   * Why an instance that takes {@code millis} for a tool is an outlier; null when it is none.
   *
   * @param others what the other instances take for the same tool, in ms
   */
  public @Nullable String latency(String tool, double millis, double[] others) {
    if (others.length == 0) {
      return null;
    }
    double usual = median(others);
    boolean slow =
        millis > usual * settings.latencyFactor()
            && millis - usual > settings.latencyMargin().toMillis();
    return slow
        ? "it takes "
            + Math.round(millis)
            + " ms for "
            + (tool.isEmpty() ? "a call" : "'" + tool + "'")
            + ", the others "
            + Math.round(usual)
            + " ms"
        : null;
  }

  /**
   * Whether one more of a pool's open instances may be ejected.
   *
   * @param open instances that are open
   * @param ejected those of them that are ejected already
   */
  public boolean mayEject(int open, int ejected) {
    // The last one is never ejected, whatever the share says.
    return open - ejected > 1 && ejected + 1 <= open * settings.maxShare();
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String percent(double rate) {
    return Math.round(rate * 100) + " %";
  }
}
