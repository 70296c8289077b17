package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/** The last bytes that a child wrote to its error stream. */
final class StderrTail {
  private static final int CAPACITY = 8 * 1024;
  private static final int MAX_LINES = 50;

  private final byte[] ring = new byte[CAPACITY];
  private long written;

  synchronized void add(byte[] bytes, int count) {
    for (int i = Math.max(0, count - CAPACITY); i < count; i++) {
      ring[(int) (written++ % CAPACITY)] = bytes[i];
    }
  }

  /** The last lines, oldest first; the first may have lost its beginning. */
  synchronized List<String> lines() {
    int length = (int) Math.min(written, CAPACITY);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = ring[(int) ((written - length + i) % CAPACITY)];
    }
    List<String> lines =
        Arrays.stream(new String(bytes, UTF_8).split("\\R")).filter(s -> !s.isBlank()).toList();
    return lines.subList(Math.max(0, lines.size() - MAX_LINES), lines.size());
  }
}
