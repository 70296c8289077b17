package io.bluefly.registry.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * JSON texts that are valid but odd: numbers that no double holds, any Unicode raw and escaped
 * (lone surrogates, NUL, U+2028), empty names, depth, space in all places. The same seed gives the
 * same texts. The members of an object have different names. Not for use by several threads.
 */
public final class JsonTexts {
  /** How deep values nest at most; leaves room for what a test puts around them. */
  public static final int MAX_DEPTH = 240;

  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0",
          "-0.0",
          "1.0",
          "1E+400",
          "-1e-400",
          "12345678901234567890",
          "0.1e1",
          "1.50e2",
          "9007199254740993",
          "-9223372036854775809",
          "3.141592653589793238462643383279502884197");
  private static final List<String> CHARACTERS =
      List.of(
          "a",
          "Z",
          "7",
          " ",
          "/",
          "\\/",
          "\\\"",
          "\\\\",
          "\\b",
          "\\f",
          "\\n",
          "\\r",
          "\\t",
          "\\u0000",
          "\\u001f",
          "\\u0022",
          "\\u005C",
          "\\u0061",
          "\\uD83D\\uDE00",
          "\\u2028",
          "\u007f",
          "\u0080",
          "é",
          "\u2028",
          "\u2029",
          "\ufeff",
          "\ufffd",
          "\uffff",
          "世",
          "😀",
          "\udbff\udfff");

  /** Half a character each. Jackson refuses them in names of members. */
  private static final List<String> LONE_SURROGATES = List.of("\\ud800", "\\uDFFF");

  private static final List<String> NAMES =
      List.of(
          "",
          "id",
          "method",
          "params",
          "result",
          "error",
          "name",
          "_meta",
          "progressToken",
          "uri",
          "jsonrpc",
          "__proto__",
          "arguments",
          "x-mcp-header");

  private final Random random;

  /** Texts of this seed. */
  public JsonTexts(long seed) {
    this.random = new Random(seed);
  }

  /** An object of at most {@code maxBytes} bytes of UTF-8, at least 2. */
  public String object(int maxBytes) {
    return object(maxBytes, MAX_DEPTH);
  }

  /** A value of any type, of at most {@code maxBytes} bytes of UTF-8, at least 1. */
  public String value(int maxBytes) {
    return value(maxBytes, MAX_DEPTH);
  }

  /** A string literal of at most {@code maxBytes} bytes of UTF-8, at least 2. */
  public String string(int maxBytes) {
    return string(maxBytes, true);
  }

  private String string(int maxBytes, boolean lone) {
    StringBuilder text = new StringBuilder("\"");
    int room = maxBytes - 2;
    for (int i = random.nextInt(24); i > 0; i--) {
      String character = pick(lone && random.nextInt(12) == 0 ? LONE_SURROGATES : CHARACTERS);
      room -= size(character);
      if (room < 0) {
        break;
      }
      text.append(character);
    }
    return text.append('"').toString();
  }

  /** A number as JSON allows it, at most 60 characters. */
  public String number() {
    return switch (random.nextInt(4)) {
      case 0 -> Long.toString(random.nextLong());
      case 1 -> random.nextInt() + "." + random.nextInt(1000) + "e" + random.nextInt(-400, 400);
      default -> pick(NUMBERS);
    };
  }

  /** Arrays and objects inside one another, exactly {@code depth} deep, at least 1. */
  public String nested(int depth) {
    StringBuilder text = new StringBuilder();
    StringBuilder end = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      boolean array = random.nextBoolean();
      text.append(array ? "[" : i == depth - 1 ? "{" : "{\"\":");
      end.insert(0, array ? ']' : '}');
    }
    return text.append(end).toString();
  }

  /** White space that JSON allows, often none. */
  public String space() {
    return random.nextInt(3) == 0 ? pick(List.of(" ", "\n", "\t \r\n")) : "";
  }

  /** One of {@code texts}. */
  public String pick(List<String> texts) {
    return texts.get(random.nextInt(texts.size()));
  }

  private String object(int maxBytes, int depth) {
    StringBuilder text = new StringBuilder("{");
    Set<String> names = new HashSet<>();
    int room = maxBytes - 2;
    for (int i = random.nextInt(8); i > 0 && room > 8; i--) {
      String plain = pick(NAMES);
      String name =
          random.nextBoolean() ? "\"" + plain + "\"" : string(Math.min(room / 2, 80), false);
      // Comparing with escapes undone is not worth it: a serial number makes any two differ.
      if (!name.equals("\"" + plain + "\"") || !names.add(name)) {
        name = "\"" + i + "-" + name.substring(1);
      }
      String member = space() + name + space() + ":" + space();
      int rest = room - size(member) - 1;
      if (rest < 1) {
        break;
      }
      member += value(rest, depth - 1);
      room -= size(member) + 1;
      text.append(text.length() == 1 ? "" : ",").append(member);
    }
    return text.append('}').toString();
  }

  private String array(int maxBytes, int depth) {
    StringBuilder text = new StringBuilder("[");
    int room = maxBytes - 2;
    for (int i = random.nextInt(6); i > 0 && room > 8; i--) {
      String element = space() + value(room - 4, depth - 1);
      room -= size(element) + 1;
      text.append(text.length() == 1 ? "" : ",").append(element);
    }
    return text.append(']').toString();
  }

  private String value(int maxBytes, int depth) {
    if (maxBytes < 60 || depth < 1) {
      return maxBytes < 5 ? "0" : pick(List.of("null", "true", "false", "-1", "\"\""));
    }
    return switch (random.nextInt(10)) {
      case 0 -> pick(List.of("null", "true", "false"));
      case 1, 2 -> number();
      case 3, 4 -> string(maxBytes);
      case 5 -> array(maxBytes, depth);
      case 6 -> nested(1 + random.nextInt(Math.min(depth, maxBytes / 6)));
      default -> object(maxBytes, depth);
    };
  }

  private static int size(String text) {
    return text.getBytes(UTF_8).length;
  }
}
