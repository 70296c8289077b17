package io.bluefly.registry.capabilities;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of tools and prompts where all pools are one server: the pool's name, {@code __}, and the
 * name. Many model APIs take 64 characters at most: what would be longer is cut and ends in a hash,
 * which is always the same. So does what could be another pool's, since nobody can tell where the
 * pool's name ends.
 */
final class ExposedNames {
  static final int MAX_LENGTH = 64;
  private static final String SEPARATOR = "__";
  private static final int HASH_DIGITS = 8;

  private ExposedNames() {}

  static String of(String pool, String name) {
    String full = pool + SEPARATOR + name;
    boolean unclear = pool.endsWith("_") || name.startsWith("_");
    if (full.length() <= MAX_LENGTH && !unclear) {
      return full;
    }
    int most = Math.min(full.length(), MAX_LENGTH - HASH_DIGITS - 1);
    return full.substring(0, most) + "_" + hash(pool + "\n" + name);
  }

  private static String hash(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_DIGITS / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
