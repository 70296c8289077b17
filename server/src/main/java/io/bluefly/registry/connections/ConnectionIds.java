package io.bluefly.registry.connections;

import java.security.SecureRandom;
import java.time.Instant;

/**
 * Makes ids that sort in the order in which they were made, also within a millisecond and when the
 * clock goes back: 50 bits of milliseconds, 10 of a count, and 70 random ones, so that nobody can
 * guess one. Not for use by several threads at once.
 */
final class ConnectionIds {
  private static final String PREFIX = "mcp-conn-";
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int BITS = 5;
  private static final int TIME_DIGITS = 10;
  private static final int COUNT_DIGITS = 2;
  private static final int RANDOM_DIGITS = 14;
  private static final int COUNTS = 1 << (BITS * COUNT_DIGITS);

  private final SecureRandom random = new SecureRandom();
  private long millis;
  private int count;

  String next(Instant now) {
    if (now.toEpochMilli() > millis) {
      millis = now.toEpochMilli();
      count = 0;
    } else if (++count == COUNTS) {
      millis++;
      count = 0;
    }
    StringBuilder id = new StringBuilder(PREFIX);
    append(id, millis, TIME_DIGITS);
    append(id, count, COUNT_DIGITS);
    for (int i = 0; i < RANDOM_DIGITS; i++) {
      id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return id.toString();
  }

  private static void append(StringBuilder id, long value, int digits) {
    for (int i = digits - 1; i >= 0; i--) {
      id.append(DIGITS.charAt((int) (value >>> (i * BITS)) & (DIGITS.length() - 1)));
    }
  }
}
