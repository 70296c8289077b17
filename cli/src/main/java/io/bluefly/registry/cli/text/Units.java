package io.bluefly.registry.cli.text;

import java.time.Duration;
import java.util.Locale;

/** Figures with their units. */
final class Units {
  private static final int HUNDRED = 100;

  private Units() {}

  /** Seconds as {@code 42 s}, {@code 3 m 5 s}, {@code 2 h 10 m} or {@code 4 d 3 h}. */
  static String uptime(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    if (time.toMinutes() == 0) {
      return seconds + " s";
    }
    if (time.toHours() == 0) {
      return time.toMinutes() + " m " + time.toSecondsPart() + " s";
    }
    return time.toDays() == 0
        ? time.toHours() + " h " + time.toMinutesPart() + " m"
        : time.toDays() + " d " + time.toHoursPart() + " h";
  }

  /** Milliseconds as {@code 12.3 ms}. */
  static String latency(double milliseconds) {
    return String.format(Locale.ROOT, "%.1f ms", milliseconds);
  }

  /** A share of 0 to 1 as {@code 12.5 %}; whole percents without the point. */
  static String percent(double share) {
    String number = String.format(Locale.ROOT, "%.1f", share * HUNDRED);
    return (number.endsWith(".0") ? number.substring(0, number.length() - 2) : number) + " %";
  }

  /** {@code 1 tool}, {@code 2 tools}. */
  static String count(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
