package io.bluefly.registry.security;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One argument of an allowed command. {@code *} alone stands for any argument that is no option. As
 * a part of a word {@code *} stands for what can't leave a folder or name another source: letters,
 * digits and a few signs, none of them {@code /}, {@code \} or {@code :}; {@code **} stands for
 * anything. A word with either never has {@code ..} as a folder, nor an option where it begins.
 */
final class WordPattern {
  private static final String ANY = "*";
  private static final String OPTION = "-";

  /** Beside letters and digits; {@code $ { }} since references to secrets are written so. */
  private static final String NAME_SIGNS = "._-+~@=,^${}";

  private sealed interface Part {
    record Text(String text) implements Part {}

    record Wild(boolean deep) implements Part {}
  }

  private final String pattern;
  private final List<Part> parts;

  WordPattern(String pattern) {
    this.pattern = pattern;
    this.parts = parts(pattern);
  }

  private static List<Part> parts(String pattern) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    while (at < pattern.length()) {
      int star = pattern.indexOf('*', at);
      int end = star < 0 ? pattern.length() : star;
      if (end > at) {
        parts.add(new Part.Text(pattern.substring(at, end)));
      }
      if (star >= 0) {
        boolean deep = pattern.startsWith("**", star);
        parts.add(new Part.Wild(deep));
        end = star + (deep ? 2 : 1);
      }
      at = end;
    }
    return parts;
  }

  boolean matches(String word) {
    if (!pattern.contains(ANY)) {
      return pattern.equals(word);
    }
    if (pattern.startsWith(ANY) && word.startsWith(OPTION)) {
      return false;
    }
    return pattern.equals(ANY) || (!climbs(word) && fits(word));
  }

  private static boolean climbs(String word) {
    return List.of(word.split("[/\\\\]", -1)).contains("..");
  }

  /** In a time that grows with the product of both lengths at most, whatever the word. */
  private boolean fits(String word) {
    BitSet ends = new BitSet();
    ends.set(0);
    for (Part part : parts) {
      ends =
          switch (part) {
            case Part.Text text -> after(text.text, word, ends);
            case Part.Wild wild -> after(wild, word, ends);
          };
    }
    return ends.get(word.length());
  }

  private static BitSet after(String text, String word, BitSet ends) {
    BitSet next = new BitSet();
    ends.stream()
        .filter(end -> word.startsWith(text, end))
        .forEach(end -> next.set(end + text.length()));
    return next;
  }

  private static BitSet after(Part.Wild wild, String word, BitSet ends) {
    BitSet next = new BitSet();
    boolean reached = false;
    for (int i = 0; i <= word.length(); i++) {
      reached = ends.get(i) || (reached && (wild.deep || isOfName(word.charAt(i - 1))));
      next.set(i, reached);
    }
    return next;
  }

  private static boolean isOfName(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || NAME_SIGNS.indexOf(c) >= 0;
  }
}
