package io.bluefly.registry.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The text of the head of an HTTP/1.1 message, which is written in order, in Latin-1, as heads are
 * read. A header can't begin another line.
 */
public final class HeadText {
  private static final int INITIAL = 512;

  private byte[] bytes = new byte[INITIAL];
  private int length;

  /** Writes text as it is. */
  public HeadText raw(AsciiString text) {
    makeRoom(text.length());
    System.arraycopy(text.array(), text.arrayOffset(), bytes, length, text.length());
    length += text.length();
    return this;
  }

  /** Writes text in which what would end its line becomes a blank. */
  @SuppressWarnings("deprecation") // The one way from a string to Latin-1 that copies only once.
  public HeadText text(String text) {
    int count = text.length();
    makeRoom(count);
    text.getBytes(0, count, bytes, length);
    for (int end = length + count; length < end; length++) {
      if (bytes[length] >= 0 && bytes[length] < ' ' && bytes[length] != '\t') {
        bytes[length] = ' ';
      }
    }
    return this;
  }

  /** Writes a number. */
  public HeadText number(int number) {
    return text(Integer.toString(number));
  }

  /** Writes a header. */
  public HeadText header(CharSequence name, String value) {
    if (name instanceof AsciiString read) {
      raw(read);
    } else {
      text(name.toString());
    }
    two(':', ' ');
    return text(value).endLine();
  }

  /** Ends a line. */
  public HeadText endLine() {
    return two('\r', '\n');
  }

  private HeadText two(char first, char second) {
    makeRoom(2);
    bytes[length++] = (byte) first;
    bytes[length++] = (byte) second;
    return this;
  }

  private void makeRoom(int more) {
    if (more > bytes.length - length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  /** The bytes of the head, and of {@code body} behind it. */
  public ByteBuf end(ByteBufAllocator allocator, byte @Nullable [] body) {
    endLine();
    ByteBuf all = allocator.directBuffer(length + (body == null ? 0 : body.length));
    all.writeBytes(bytes, 0, length);
    return body == null ? all : all.writeBytes(body);
  }
}
