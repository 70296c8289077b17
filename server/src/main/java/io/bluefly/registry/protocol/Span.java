package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Where a value stands in a message: from {@code start} inclusive to {@code end} exclusive. */
public record Span(int start, int end) {
  /** Checks the order. */
  public Span {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("no span: " + start + ".." + end);
    }
  }

  /** Whether the value, as it stands in {@code message}, is an object. */
  public boolean isObject(byte[] message) {
    return message[start] == '{';
  }

  /** The value's JSON text, as it stands in {@code message}. */
  public String text(byte[] message) {
    return new String(message, start, end - start, UTF_8);
  }

  /** The value's bytes, as they stand in {@code message}. */
  public byte[] bytes(byte[] message) {
    return java.util.Arrays.copyOfRange(message, start, end);
  }
}
