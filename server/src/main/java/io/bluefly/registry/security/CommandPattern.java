package io.bluefly.registry.security;

import java.util.Arrays;
import java.util.List;

/**
 * An allowed command: the executable as it must be written, then a {@link WordPattern} for each
 * argument; {@code ...} as the last word stands for any further arguments.
 */
final class CommandPattern {
  /** Of {@link #mismatch}: the arguments fit. */
  static final int NONE = -1;

  private static final String REST = "...";

  private final String text;
  private final String executable;
  private final List<WordPattern> words;
  private final boolean open;

  /** Reads a pattern; an {@link IllegalArgumentException} says why it is none. */
  CommandPattern(String text) {
    List<String> all = Arrays.stream(text.split("\\s+")).filter(word -> !word.isEmpty()).toList();
    if (all.isEmpty()) {
      throw new IllegalArgumentException("has an empty command");
    }
    this.text = String.join(" ", all);
    this.executable = all.getFirst();
    this.open = all.size() > 1 && all.getLast().equals(REST);
    List<String> args = all.subList(1, all.size() - (open ? 1 : 0));
    this.words = args.stream().map(WordPattern::new).toList();
    requireExact();
    if (args.contains(REST)) {
      throw new IllegalArgumentException("has '...' before the end of '" + this.text + "'");
    }
  }

  private void requireExact() {
    if (executable.contains("*") || executable.equals(REST)) {
      throw new IllegalArgumentException(
          "begins with '" + executable + "': the executable must be written out");
    }
    if (executable.contains("/") && !executable.startsWith("/")) {
      throw new IllegalArgumentException(
          "begins with '" + executable + "': an executable is a name in PATH or an absolute path");
    }
  }

  boolean isFor(String command) {
    return executable.equals(command);
  }

  /**
   * The first argument that does not fit, their number when there are too few, or {@link #NONE}.
   */
  int mismatch(List<String> args) {
    for (int i = 0; i < words.size(); i++) {
      if (i == args.size() || !words.get(i).matches(args.get(i))) {
        return i;
      }
    }
    return open || args.size() == words.size() ? NONE : words.size();
  }

  @Override
  public String toString() {
    return text;
  }
}
