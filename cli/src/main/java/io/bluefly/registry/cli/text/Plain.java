package io.bluefly.registry.cli.text;

/** Text of others made harmless for a terminal: no control characters, no line ends. */
final class Plain {
  private static final String CONTROL = "[\\p{Cntrl}\\u0080-\\u009f]";

  private Plain() {}

  /** {@code text} on one line. */
  static String line(String text) {
    return text.replaceAll("\\s+", " ").replaceAll(CONTROL, "").strip();
  }

  /** The first line of {@code text}, cut at {@code max} characters. */
  static String firstLine(String text, int max) {
    String first = line(text.strip().lines().findFirst().orElse(""));
    return first.codePointCount(0, first.length()) <= max
        ? first
        : first.substring(0, first.offsetByCodePoints(0, max - 1)) + "…";
  }
}
