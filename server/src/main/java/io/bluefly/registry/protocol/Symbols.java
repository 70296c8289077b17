package io.bluefly.registry.protocol;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Words that messages are made of, found in them without being made anew. */
final class Symbols {
  private static final List<String> METHODS =
      List.of(
          "initialize",
          "notifications/initialized",
          "ping",
          "server/discover",
          "tools/list",
          "tools/call",
          "prompts/list",
          "prompts/get",
          "resources/list",
          "resources/read",
          "completion/complete");
  private static final int SIZE = 512;

  /** With it and that size no two of the words share a slot. */
  private static final int MULTIPLIER = 13;

  private static final @Nullable String[] KNOWN = new @Nullable String[SIZE];
  private static final byte[][] BYTES = new byte[SIZE][];

  static {
    for (Part part : Part.values()) {
      add(part.member());
    }
    METHODS.forEach(Symbols::add);
    add(Era.MODERN_VERSION);
  }

  private Symbols() {}

  /** Of two with one slot, the second is made anew each time. */
  private static void add(String word) {
    byte[] bytes = Json.bytes(word);
    int slot = slot(bytes, 0, bytes.length);
    if (KNOWN[slot] == null) {
      KNOWN[slot] = word;
      BYTES[slot] = bytes;
    }
  }

  /** Of the length and two characters, for most of the words have a long beginning in common. */
  private static int slot(byte[] json, int start, int end) {
    int length = end - start;
    int hash = (length * MULTIPLIER + json[start + length / 2]) * MULTIPLIER + json[end - 1];
    return (hash ^ (hash >>> Byte.SIZE)) & (SIZE - 1);
  }

  /** The word from {@code start} to {@code end}; null when it is none of them. */
  static @Nullable String find(byte[] json, int start, int end) {
    if (start == end) {
      return null;
    }
    int slot = slot(json, start, end);
    String known = KNOWN[slot];
    return known != null && Arrays.equals(BYTES[slot], 0, known.length(), json, start, end)
        ? known
        : null;
  }
}
