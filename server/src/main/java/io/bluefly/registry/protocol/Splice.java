package io.bluefly.registry.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Rewrites a few places of a message and leaves every other byte as it was, so that unknown fields,
 * number formats and the order of members pass through.
 */
public final class Splice {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Edit(int start, int end, byte[] bytes) {}

  private final byte[] message;
  private final List<Edit> edits = new ArrayList<>(3);

  /** Starts from {@code message}, which is not changed. */
  public Splice(byte[] message) {
    this.message = message;
  }

  /** Puts {@code json} where {@code span} is. */
  public Splice replace(Span span, String json) {
    return replace(span, json.getBytes(UTF_8));
  }

  /** Puts {@code json} where {@code span} is. */
  public Splice replace(Span span, byte[] json) {
    edits.add(new Edit(span.start(), span.end(), json));
    return this;
  }

  /** Puts {@code json} before the byte at {@code offset}. */
  public Splice insert(int offset, String json) {
    edits.add(new Edit(offset, offset, json.getBytes(UTF_8)));
    return this;
  }

  /** The rewritten message. Spans must not overlap. */
  public byte[] bytes() {
    if (edits.size() > 1) {
      edits.sort(Comparator.comparingInt(Edit::start));
    }
    int length = message.length;
    for (Edit edit : edits) {
      length += edit.bytes.length - (edit.end - edit.start);
    }
    byte[] out = new byte[length];
    int from = 0;
    int to = 0;
    for (Edit edit : edits) {
      System.arraycopy(message, from, out, to, edit.start - from);
      to += edit.start - from;
      System.arraycopy(edit.bytes, 0, out, to, edit.bytes.length);
      to += edit.bytes.length;
      from = edit.end;
    }
    System.arraycopy(message, from, out, to, message.length - from);
    return out;
  }
}
