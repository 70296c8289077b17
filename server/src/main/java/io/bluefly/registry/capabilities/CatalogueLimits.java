package io.bluefly.registry.capabilities;

import io.bluefly.registry.capabilities.Capability.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one reading of a server's catalogue may hold, which stays in memory and is stored. Sizes are
 * in characters.
 */
final class CatalogueLimits {
  static final int LONGEST_DEFINITION = 256 << 10;
  static final int LONGEST_CATALOGUE = 16 << 20;
  static final int LONGEST_TOOL_NAME = 256;

  private static final Logger log = LoggerFactory.getLogger(CatalogueLimits.class);
  private static final int LONGEST_SHOWN = 60;

  private int size;
  private int leftOut;
  private @Nullable String first;

  /** Whether there is room for this; takes the room. */
  boolean take(Kind kind, String name, String definition) {
    boolean fits =
        definition.length() <= LONGEST_DEFINITION
            && size + definition.length() <= LONGEST_CATALOGUE
            && (kind != Kind.TOOL || name.length() <= LONGEST_TOOL_NAME);
    if (fits) {
      size += definition.length();
    } else if (leftOut++ == 0) {
      first = name;
    }
    return fits;
  }

  /** Whether nothing of a common size has room any more. */
  boolean isFull() {
    return size >= LONGEST_CATALOGUE - LONGEST_DEFINITION && leftOut > 0;
  }

  /** Says once what was left out, if anything was. */
  void tell(String server) {
    String line = told(server);
    if (line != null) {
      log.warn(line);
    }
  }

  @Nullable String told(String server) {
    return first == null
        ? null
        : "%s offers what is too large, %d in all, first '%s', which is left out: a definition may have %d KiB, a catalogue %d MiB, the name of a tool %d characters"
            .formatted(
                shown(server),
                leftOut,
                shown(first),
                LONGEST_DEFINITION >> 10,
                LONGEST_CATALOGUE >> 20,
                LONGEST_TOOL_NAME);
  }

  private static String shown(String text) {
    return text.length() <= LONGEST_SHOWN
        ? HiddenText.visible(text)
        : HiddenText.visible(text.substring(0, LONGEST_SHOWN)) + "...";
  }
}
