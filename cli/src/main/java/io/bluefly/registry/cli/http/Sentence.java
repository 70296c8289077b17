package io.bluefly.registry.cli.http;

/** One sentence on one line: what others wrote may have line ends, control characters, no point. */
public final class Sentence {
  private Sentence() {}

  /** {@code text} on one line, with an end. */
  public static String of(String text) {
    String line = withoutEnd(text);
    return line.endsWith("?") || line.endsWith("!") ? line : line + ".";
  }

  /** {@code text} on one line, without a point: for the middle of a sentence. */
  public static String withoutEnd(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }
}
