package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the head of an HTTP/1.1 message of the plain kind that nearly all are: short, complete,
 * with its body behind it, by {@code Content-Length}, and nothing in it that needs a second
 * thought. Whatever else comes is left to Netty's decoder, which would take what this takes in the
 * very same way (docs/adr/0009).
 *
 * <p>The messages of a connection are alike: a line that stands where it stood in the head before
 * is not read again. Lives on one event loop.
 */
public final class PlainHead {
  private static final int MAX_BYTES = 2048;
  private static final int MAX_LINES = 32;
  private static final int MAX_LENGTH_DIGITS = 9;
  private static final int NONE = -1;
  private static final boolean[] IN_NAME = new boolean[Byte.MAX_VALUE + 1];

  static {
    for (char c = '0'; c <= 'z'; c++) {
      IN_NAME[c] = Character.isLetterOrDigit(c);
    }
    for (char c : "!#$%&'*+-.^_`|~".toCharArray()) { // RFC 9110, 5.6.2
      IN_NAME[c] = true;
    }
  }

  /** What a header means for the reading of the message. */
  private enum Kind {
    ANY,
    LENGTH,
    /** Another reader has to think about it. */
    REMARKABLE
  }

  private final byte[] room;
  private byte[] known = {};
  private int knownLines;
  private final int[] ends = new int[MAX_LINES];
  private final int[] newEnds = new int[MAX_LINES];
  private final AsciiString[] names = new AsciiString[MAX_LINES];
  private final String[] values = new String[MAX_LINES];
  private final Kind[] kinds = new Kind[MAX_LINES];
  private int lines;
  private int length;
  private int contentLength;

  /**
   * For the heads of one connection.
   *
   * @param room from {@link #room}
   */
  public PlainHead(byte[] room) {
    this.room = room;
  }

  /** Where heads are looked at, for all connections of an event loop. */
  public static byte[] room() {
    return new byte[MAX_BYTES];
  }

  /**
   * Whether a head may follow on what Netty's decoder has just given: it stands between two
   * messages.
   */
  public static boolean mayFollow(List<Object> given) {
    return !given.isEmpty()
        && given.getLast() instanceof LastHttpContent last
        && last.decoderResult().isSuccess();
  }

  /**
   * Reads the head that {@code in} begins with, and moves nothing there.
   *
   * @return false when it is not plain or not complete, or its body is not; nothing is known of it
   */
  public boolean read(ByteBuf in) {
    int there = in.readableBytes();
    int limit = Math.min(there, MAX_BYTES);
    in.getBytes(in.readerIndex(), room, 0, limit);
    boolean plain = readLines(limit) && contentLength >= 0 && there - length >= contentLength;
    if (!plain) {
      knownLines = 0;
    }
    return plain;
  }

  private boolean readLines(int limit) {
    boolean same = true;
    int at = 0;
    lines = 0;
    contentLength = NONE;
    while (!isLineEnd(at, limit)) {
      if (lines == MAX_LINES) {
        return false;
      }
      int end = knownLine(at, limit);
      if (end == NONE) {
        same = false;
        end = lines == 0 ? startLine(limit) : headerLine(at, limit);
        if (end == NONE) {
          return false;
        }
      }
      if (kinds[lines] == Kind.REMARKABLE || (kinds[lines] == Kind.LENGTH && !takeLength())) {
        return false;
      }
      newEnds[lines++] = end;
      at = end;
    }
    length = at + 2;
    if (!same || lines != knownLines) {
      known = Arrays.copyOf(room, length);
      knownLines = lines;
      System.arraycopy(newEnds, 0, ends, 0, lines);
    }
    return lines > 0;
  }

  private boolean isLineEnd(int at, int limit) {
    return at + 1 < limit && room[at] == '\r' && room[at + 1] == '\n';
  }

  /** The end of the line when it is the one that stood here before. */
  private int knownLine(int at, int limit) {
    if (lines >= knownLines) {
      return NONE;
    }
    int start = lines == 0 ? 0 : ends[lines - 1];
    int end = at + ends[lines] - start;
    return end <= limit && Arrays.equals(room, at, end, known, start, ends[lines]) ? end : NONE;
  }

  private int startLine(int limit) {
    int end = endOfText(0, limit);
    if (end == 0 || !isLineEnd(end, limit)) {
      return NONE;
    }
    kinds[0] = Kind.ANY;
    names[0] = AsciiString.EMPTY_STRING;
    values[0] = text(0, end);
    return end + 2;
  }

  private int headerLine(int start, int limit) {
    int colon = start;
    while (colon < limit && room[colon] >= 0 && IN_NAME[room[colon]]) {
      colon++;
    }
    if (colon == start || colon == limit || room[colon] != ':') {
      return NONE;
    }
    int from = colon + 1;
    int end = endOfText(from, limit);
    if (!isLineEnd(end, limit)) {
      return NONE;
    }
    int to = end;
    while (from < to && isBlank(room[from])) {
      from++;
    }
    while (from < to && isBlank(room[to - 1])) {
      to--;
    }
    names[lines] = new AsciiString(room, start, colon - start, true);
    values[lines] = text(from, to);
    kinds[lines] = kind(names[lines], values[lines]);
    return end + 2;
  }

  private int endOfText(int from, int limit) {
    int at = from;
    while (at < limit && isText(room[at])) {
      at++;
    }
    return at;
  }

  private static boolean isText(byte b) {
    return (b >= ' ' && b < Byte.MAX_VALUE) || b == '\t';
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private String text(int from, int to) {
    return new String(room, from, to - from, US_ASCII);
  }

  private static Kind kind(AsciiString name, String value) {
    if (HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) {
      return Kind.LENGTH;
    }
    boolean remarkable =
        HttpHeaderNames.TRANSFER_ENCODING.contentEqualsIgnoreCase(name)
            || HttpHeaderNames.UPGRADE.contentEqualsIgnoreCase(name)
            || HttpHeaderNames.EXPECT.contentEqualsIgnoreCase(name)
            || (HttpHeaderNames.CONNECTION.contentEqualsIgnoreCase(name)
                && !value.equalsIgnoreCase("keep-alive"));
    return remarkable ? Kind.REMARKABLE : Kind.ANY;
  }

  private boolean takeLength() {
    String value = values[lines];
    if (contentLength != NONE || value.isEmpty() || value.length() > MAX_LENGTH_DIGITS) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      sum = 10 * sum + digit;
    }
    contentLength = sum;
    return true;
  }

  /** The bytes of the head. */
  public int length() {
    return length;
  }

  /** The bytes of the body, which stand behind the head. */
  public int contentLength() {
    return contentLength;
  }

  /** The first line. */
  public String startLine() {
    return values[0];
  }

  /** Headers, with the start line as the one of no name. */
  public int lines() {
    return lines;
  }

  /** The name of a header, as it came; from 1. */
  public AsciiString name(int line) {
    return names[line];
  }

  /** The value of a header; from 1. */
  public String value(int line) {
    return values[line];
  }
}
