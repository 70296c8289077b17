package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values that one call's {@code arguments} have at the places that headers repeat. */
final class MirroredArguments {
  private static final BigDecimal MAX_SAFE = BigDecimal.valueOf((1L << 53) - 1);

  /** Digits behind the point that a header carries; a double has no more that mean anything. */
  private static final int MAX_SCALE = 30;

  /**
   * A value.
   *
   * @param text as a header carries it, before encoding
   * @param expected whether the header must be there: not for values that have no such text
   * @param number whether it compares as a number
   */
  record Value(String text, boolean expected, boolean number) {}

  /** The members that lead to mirrored parameters: a tree over the paths. */
  static final class Places {
    private final Map<String, Places> members = new HashMap<>();
    private final int index;
    private int parameter = -1;

    private Places(int index) {
      this.index = index;
    }

    static Places of(List<ParamHeader> parameters) {
      Places root = new Places(0);
      int next = 1;
      for (int i = 0; i < parameters.size(); i++) {
        Places place = root;
        for (String member : parameters.get(i).path()) {
          Places known = place.members.get(member);
          if (known == null) {
            known = new Places(next++);
            place.members.put(member, known);
          }
          place = known;
        }
        place.parameter = i;
      }
      return root;
    }

    private int count() {
      int count = 1;
      for (Places member : members.values()) {
        count += member.count();
      }
      return count;
    }

    private @Nullable Places member(String name) {
      return members.get(name);
    }
  }

  private final @Nullable Value[] values;
  private final boolean[] seen;
  private final boolean[] repeated;

  private MirroredArguments(int parameters, int places) {
    this.values = new @Nullable Value[parameters];
    this.seen = new boolean[places];
    this.repeated = new boolean[parameters];
  }

  /** Reads the arguments of {@code call}; where a member is repeated, the last one counts. */
  static MirroredArguments of(RpcMessage call, Places places, int parameters) {
    MirroredArguments arguments = new MirroredArguments(parameters, places.count());
    Span span = call.argumentsSpan();
    if (span != null && span.isObject(call.json())) {
      arguments.read(call.json(), span, places);
    }
    return arguments;
  }

  /** The value of the parameter with that index; null when it is absent or null. */
  @Nullable Value value(int parameter) {
    return values[parameter];
  }

  /** Whether the parameter's member, or one that leads to it, stands there twice. */
  boolean repeated(int parameter) {
    return repeated[parameter];
  }

  private void read(byte[] json, Span span, Places places) {
    try (JsonParser parser =
        Json.FACTORY.createParser(json, span.start(), span.end() - span.start())) {
      parser.nextToken();
      readObject(parser, places);
    } catch (IOException e) {
      throw new IllegalStateException("a message that has been read can be read again", e);
    }
  }

  private void readObject(JsonParser parser, Places places) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      Places place = places.member(parser.currentName());
      JsonToken token = parser.nextToken();
      if (place == null) {
        parser.skipChildren();
        continue;
      }
      forget(place, seen[place.index]);
      seen[place.index] = true;
      if (place.parameter >= 0) {
        values[place.parameter] = value(parser, token);
      }
      if (token == JsonToken.START_OBJECT) {
        readObject(parser, place);
      } else {
        parser.skipChildren();
      }
    }
  }

  /** Begins a place anew. What was there before is of no account, but that it was there. */
  private void forget(Places place, boolean again) {
    seen[place.index] = false;
    if (place.parameter >= 0) {
      values[place.parameter] = null;
      repeated[place.parameter] |= again;
    }
    for (Places member : place.members.values()) {
      forget(member, again);
    }
  }

  private static @Nullable Value value(JsonParser parser, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_STRING -> new Value(parser.getText(), true, false);
      case VALUE_TRUE -> new Value("true", true, false);
      case VALUE_FALSE -> new Value("false", true, false);
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
      // Has no text that a header could carry; the server's own check of types refuses it.
      case START_OBJECT, START_ARRAY -> new Value("", false, false);
      default -> null;
    };
  }

  private static Value number(String json) {
    BigDecimal number;
    try {
      number = new BigDecimal(json);
    } catch (NumberFormatException e) {
      // JSON's exponents may have any length, Java's may not.
      return new Value(json, false, true);
    }
    if (number.signum() == 0) {
      return new Value("0", true, true);
    }
    // The first test keeps 1E+400000000 from becoming digits.
    boolean plain =
        (long) number.precision() - number.scale() <= 16
            && number.abs().compareTo(MAX_SAFE) <= 0
            && number.scale() <= 10_000;
    if (plain) {
      BigDecimal stripped = number.stripTrailingZeros();
      if (stripped.scale() <= MAX_SCALE) {
        return new Value(stripped.toPlainString(), true, true);
      }
    }
    return new Value(json, false, true);
  }
}
