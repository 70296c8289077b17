package io.bluefly.registry.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Walks over a JSON text (RFC 8259) in bytes that are valid UTF-8, member by member, checks all of
 * its syntax and builds nothing. It exists because a message is read twice for each call, and
 * nothing but places in it is wanted (docs/adr/0009). What it takes and refuses is what Jackson
 * does, as {@code CodecFuzz} shows.
 */
final class JsonScanner {
  /** What {@link #peek} says behind the last byte. */
  static final int END = -1;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final int MAX_NUMBER = 10_000;
  private static final int HEX_DIGITS = 4;
  private static final int HEX = 16;

  private final byte[] json;
  private int at;
  private int depth;
  private boolean fresh;
  private int nameEnd;

  /** For each level, whether it is an object; made when a value inside needs it. */
  private boolean @Nullable [] objects;

  JsonScanner(byte[] json) {
    this.json = json;
    boolean mark =
        json.length > 2
            && json[0] == (byte) 0xEF
            && json[1] == (byte) 0xBB
            && json[2] == (byte) 0xBF;
    this.at = mark ? 3 : 0;
  }

  /** The next byte that is no white space, which is not passed; {@link #END} when there is none. */
  int peek() {
    while (at < json.length) {
      byte b = json[at];
      if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
        return b;
      }
      at++;
    }
    return END;
  }

  /** Where the next byte stands. */
  int position() {
    return at;
  }

  /** Enters the object that comes next. */
  void enter() throws SyntaxException {
    expect('{');
    deeper();
    fresh = true;
  }

  /** The name of the entered object's next member, whose value comes next; null at its end. */
  @Nullable String nextMember() throws SyntaxException {
    if (peek() == '}') {
      at++;
      depth--;
      fresh = false;
      return null;
    }
    if (!fresh) {
      expect(',');
    }
    fresh = false;
    peek();
    int start = at;
    skipName();
    String name = text(start, nameEnd);
    peek();
    return name;
  }

  /** The text of the string that comes next, and is passed; null when another value comes. */
  @Nullable String string() throws SyntaxException {
    int start = at;
    if (peek() != '"') {
      skip();
      return null;
    }
    skipString();
    return text(start, at);
  }

  private String text(int start, int end) {
    String known = Symbols.find(json, start + 1, end - 1);
    if (known != null) {
      return known;
    }
    String text = Members.text(json, new Span(start, end));
    return text == null ? "" : text;
  }

  /** Passes the value that comes next. */
  void skip() throws SyntaxException {
    int outside = depth;
    do {
      int first = peek();
      if (first == '{' || first == '[') {
        at++;
        open(first == '{');
        if (peek() != (first == '{' ? '}' : ']')) {
          if (first == '{') {
            skipName();
          }
          continue;
        }
        at++;
        depth--;
      } else {
        skipScalar(first);
      }
      close(outside);
    } while (depth > outside);
  }

  private void open(boolean object) throws SyntaxException {
    deeper();
    if (objects == null) {
      objects = new boolean[Json.MAX_DEPTH + 1];
    }
    objects[depth] = object;
  }

  private void deeper() throws SyntaxException {
    if (++depth > Json.MAX_DEPTH) {
      throw new SyntaxException("it is nested deeper than " + Json.MAX_DEPTH + " levels");
    }
  }

  /** Goes on behind a value, up to the next one or out of what was opened. */
  private void close(int outside) throws SyntaxException {
    while (depth > outside && objects != null) {
      boolean object = objects[depth];
      int next = peek();
      if (next == ',') {
        at++;
        if (object) {
          skipName();
        }
        return;
      }
      expect(object ? '}' : ']');
      depth--;
    }
  }

  private void skipName() throws SyntaxException {
    peek();
    int start = at;
    boolean escaped = skipString();
    nameEnd = at;
    if (escaped) {
      checkPairs(start);
    }
    expect(':');
  }

  /** Half a character is not the same for every reader, and a name has to be. */
  private void checkPairs(int start) throws SyntaxException {
    String name = text(start, nameEnd);
    for (int i = 0; i < name.length(); i++) {
      if (Character.isHighSurrogate(name.charAt(i))
          && i + 1 < name.length()
          && Character.isLowSurrogate(name.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(name.charAt(i))) {
        throw new SyntaxException("half of a surrogate pair stands in a name");
      }
    }
  }

  private void skipScalar(int first) throws SyntaxException {
    switch (first) {
      case '"' -> skipString();
      case 't' -> skipWord("true");
      case 'f' -> skipWord("false");
      case 'n' -> skipWord("null");
      default -> skipNumber();
    }
  }

  private void skipWord(String word) throws SyntaxException {
    for (int i = 0; i < word.length(); i++) {
      if (at >= json.length || json[at] != word.charAt(i)) {
        throw unexpected("a value");
      }
      at++;
    }
  }

  private void skipNumber() throws SyntaxException {
    int start = at;
    if (is('-')) {
      at++;
    }
    if (is('0')) {
      at++;
    } else {
      skipDigits();
    }
    if (is('.')) {
      at++;
      skipDigits();
    }
    if (is('e') || is('E')) {
      at++;
      if (is('+') || is('-')) {
        at++;
      }
      skipDigits();
    }
    if (at - start > MAX_NUMBER) {
      throw new SyntaxException("a number has more than " + MAX_NUMBER + " characters");
    }
  }

  private boolean is(char c) {
    return at < json.length && json[at] == c;
  }

  private void skipDigits() throws SyntaxException {
    int start = at;
    while (at < json.length && json[at] >= '0' && json[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw unexpected("a value");
    }
  }

  /** Passes a string, and says whether a backslash stands in it. */
  private boolean skipString() throws SyntaxException {
    if (!is('"')) {
      throw unexpected("a string");
    }
    at++;
    boolean escaped = false;
    while (true) {
      skipPlain();
      if (at >= json.length) {
        throw unexpected("the end of a string");
      }
      byte b = json[at++];
      if (b == '"') {
        return escaped;
      }
      if (b == '\\') {
        escaped = true;
        skipEscape();
      } else if (b >= 0 && b < ' ') {
        at--;
        throw new SyntaxException("a control character stands in a string at byte " + at);
      }
    }
  }

  /** Goes on to what may be special; the last bytes of the text may all be. */
  private void skipPlain() {
    while (at + Long.BYTES <= json.length) {
      long special = special((long) LONGS.get(json, at));
      if (special != 0) {
        at += Long.numberOfTrailingZeros(special) / Byte.SIZE;
        return;
      }
      at += Long.BYTES;
    }
  }

  /**
   * The high bits of those of eight bytes that are a quote, a backslash or a control character. A
   * byte behind such a one may be marked without being one, as Mycroft's test for a zero byte does;
   * the first mark is right.
   */
  private static long special(long eight) {
    long quote = eight ^ ('"' * ONES);
    long backslash = eight ^ ('\\' * ONES);
    long found =
        ((quote - ONES) & ~quote)
            | ((backslash - ONES) & ~backslash)
            | ((eight - ' ' * ONES) & ~eight);
    return found & HIGH_BITS;
  }

  private void skipEscape() throws SyntaxException {
    int escaped = at < json.length ? json[at] : END;
    switch (escaped) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at++;
      case 'u' -> {
        at++;
        for (int i = 0; i < HEX_DIGITS; i++, at++) {
          if (at >= json.length || Character.digit(json[at], HEX) < 0) {
            throw unexpected("a hexadecimal digit");
          }
        }
      }
      default -> throw unexpected("an escaped character");
    }
  }

  private void expect(char wanted) throws SyntaxException {
    if (peek() != wanted) {
      throw unexpected("'" + wanted + "'");
    }
    at++;
  }

  private SyntaxException unexpected(String wanted) {
    String where = at < json.length ? "at byte " + at : "where the text ends";
    return new SyntaxException(wanted + " is expected " + where);
  }

  /** The text is no JSON. */
  static final class SyntaxException extends Exception {
    SyntaxException(String message) {
      super(message, null, false, false);
    }
  }
}
