package io.bluefly.registry.protocol;

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
  private static final int SIZE = 256;
  private static final int MULTIPLIER = 31;
  private static final @Nullable String[] KNOWN = new @Nullable String[SIZE];

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
    }
  }

  private static int slot(byte[] json, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = MULTIPLIER * hash + json[i];
    }
    return (hash ^ (hash >>> Byte.SIZE)) & (SIZE - 1);
  }

  /** The word from {@code start} to {@code end}; null when it is none of them. */
  static @Nullable String find(byte[] json, int start, int end) {
    String known = KNOWN[slot(json, start, end)];
    return known != null && isAt(known, json, start, end) ? known : null;
  }

  private static boolean isAt(String known, byte[] json, int start, int end) {
    if (known.length() != end - start) {
      return false;
    }
    for (int i = 0; i < known.length(); i++) {
      if (known.charAt(i) != json[start + i]) {
        return false;
      }
    }
    return true;
  }
}
