package io.bluefly.registry.cli;

import io.bluefly.registry.cli.http.CliException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them: {@code 200ms}, {@code 2s}, {@code 12h}, {@code 90d}. */
final class Durations {
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Durations() {}

  /** The time in ms. */
  static long millis(String option, String text) {
    Matcher time = TIME.matcher(text);
    if (!time.matches()) {
      throw CliException.usage(
          "%s must be a time such as 200ms or 2s, not '%s'".formatted(option, text));
    }
    long number = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "s" -> number * SECOND;
      case "m" -> number * MINUTE;
      case "h" -> number * HOUR;
      case "d" -> number * DAY;
      default -> number;
    };
  }
}
