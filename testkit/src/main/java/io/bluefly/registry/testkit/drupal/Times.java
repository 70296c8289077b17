package io.bluefly.registry.testkit.drupal;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Times as Drupal writes and reads them: in UTC, to the second, and never without an offset. */
final class Times {
  private static final DateTimeFormatter SHOWN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx");
  private static final DateTimeFormatter STORED =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");
  private static final DateTimeFormatter HTTP =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT);
  private static final List<DateTimeFormatter> ACCEPTED =
      List.of(
          DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX"),
          DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXX"));

  private Times() {}

  static String shown(Instant time) {
    return SHOWN.format(time.atOffset(ZoneOffset.UTC));
  }

  /** As a datetime field has it in its column. */
  static String stored(Instant time) {
    return STORED.format(time.atOffset(ZoneOffset.UTC));
  }

  static String httpDate(Instant time) {
    return HTTP.format(time.atOffset(ZoneOffset.UTC));
  }

  /** The time that a client sent; refuses every other format. */
  static Instant read(String text) {
    return ACCEPTED.stream()
        .flatMap(format -> parse(format, text).stream())
        .findFirst()
        .orElseThrow(() -> Refusal.unprocessable(wrongFormat(text)));
  }

  private static Optional<Instant> parse(DateTimeFormatter format, String text) {
    try {
      return Optional.of(format.parse(text, Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static String wrongFormat(String text) {
    return "The specified date \""
        + text
        + "\" is not in an accepted format: \"Y-m-d\\TH:i:sP\" (RFC 3339),"
        + " \"Y-m-d\\TH:i:sO\" (ISO 8601).";
  }
}
