package io.bluefly.registry.bench;

/** Finds text in bytes. */
final class Bytes {
  private Bytes() {}

  /** Right behind the first {@code text}, or -1. */
  static int after(String text, byte[] in, int start, int end) {
    for (int i = start; i <= end - text.length(); i++) {
      if (in[i] == text.charAt(0) && stands(text, in, i, end)) {
        return i + text.length();
      }
    }
    return -1;
  }

  /** Whether {@code text} stands at {@code at}. */
  static boolean stands(String text, byte[] in, int at, int end) {
    if (at < 0 || at + text.length() > end) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (in[at + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
