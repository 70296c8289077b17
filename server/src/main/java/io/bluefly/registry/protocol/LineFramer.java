package io.bluefly.registry.protocol;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a byte stream into lines (one JSON message each) without ever holding more than a line's
 * limit. Not for use by several threads.
 */
public final class LineFramer {
  private final int maxLine;
  private final Consumer<byte[]> lines;
  private byte[] pending = new byte[4096];
  private int length;

  /**
   * Frames lines of at most {@code maxLine} bytes and hands each, without its end, to {@code
   * lines}.
   */
  public LineFramer(int maxLine, Consumer<byte[]> lines) {
    this.maxLine = maxLine;
    this.lines = lines;
  }

  /**
   * Takes the next bytes.
   *
   * @throws FrameTooLongException when a line exceeds the limit; the stream is then of no more use
   */
  public void feed(byte[] bytes, int count) throws FrameTooLongException {
    int from = 0;
    for (int i = 0; i < count; i++) {
      if (bytes[i] == '\n') {
        append(bytes, from, i - from);
        emit();
        from = i + 1;
      }
    }
    append(bytes, from, count - from);
  }

  private void append(byte[] bytes, int from, int count) throws FrameTooLongException {
    if (length + count > maxLine) {
      throw new FrameTooLongException(maxLine);
    }
    if (length + count > pending.length) {
      pending = Arrays.copyOf(pending, Math.max(length + count, pending.length * 2));
    }
    System.arraycopy(bytes, from, pending, length, count);
    length += count;
  }

  private void emit() {
    int end = length > 0 && pending[length - 1] == '\r' ? length - 1 : length;
    byte[] line = Arrays.copyOf(pending, end);
    length = 0;
    if (pending.length > 1 << 16) {
      pending = new byte[4096];
    }
    if (end > 0) {
      lines.accept(line);
    }
  }

  /** A line was longer than the limit. */
  public static final class FrameTooLongException extends Exception {
    /** Names the limit in bytes. */
    public FrameTooLongException(int maxLine) {
      super("a message is longer than " + maxLine + " bytes", null, false, false);
    }
  }
}
