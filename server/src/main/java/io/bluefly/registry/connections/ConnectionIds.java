package io.bluefly.registry.connections;

import java.security.SecureRandom;
import java.time.Instant;

/** Makes ids that sort by time: 48 bits of milliseconds and 80 random bits, as a ULID has them. */
final class ConnectionIds {
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int TIME_DIGITS = 10;
  private static final int RANDOM_DIGITS = 16;
  private static final int BITS = 5;

  private final SecureRandom random = new SecureRandom();

  String next(Instant now) {
    StringBuilder id = new StringBuilder("mcp-conn-");
    long millis = now.toEpochMilli();
    for (int i = TIME_DIGITS - 1; i >= 0; i--) {
      id.append(DIGITS.charAt((int) (millis >>> (i * BITS)) & 31));
    }
    for (int i = 0; i < RANDOM_DIGITS; i++) {
      id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return id.toString();
  }
}
