package io.bluefly.registry.events;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of a public event. Ids grow, as texts too, over restarts as well as long as the machine's
 * clock does not go back.
 *
 * @param start when the registry was started, in ms since 1970
 * @param sequence the number of the event since then, 1 and up; 0: before the first
 */
public record EventId(long start, long sequence) implements Comparable<EventId> {
  private static final int START_DIGITS = 13;
  private static final int SEQUENCE_DIGITS = 12;
  private static final Pattern TEXT =
      Pattern.compile("(\\d{" + START_DIGITS + "})-(\\d{" + SEQUENCE_DIGITS + "})");
  private static final Comparator<EventId> ORDER =
      Comparator.comparingLong(EventId::start).thenComparingLong(EventId::sequence);

  /** The id that {@code text} is. */
  public static Optional<EventId> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new EventId(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public int compareTo(EventId other) {
    return ORDER.compare(this, other);
  }

  /** The id as the API has it. */
  @Override
  public String toString() {
    return padded(start, START_DIGITS) + "-" + padded(sequence, SEQUENCE_DIGITS);
  }

  private static String padded(long number, int digits) {
    String text = Long.toString(number);
    return "0".repeat(Math.max(0, digits - text.length())) + text;
  }
}
