package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is directly inside an object or an array of a message, by place, without a tree. */
public final class Members {
  private Members() {}

  /**
   * The members of the object at {@code object}, in order, with the places of their values in
   * {@code json}. The map can't be changed.
   *
   * @throws MalformedMessageException ({@link RpcCode#INVALID_REQUEST}) when no object stands there
   *     or one of its members stands there twice
   */
  public static Map<String, Span> of(byte[] json, Span object) throws MalformedMessageException {
    Map<String, Span> members = new LinkedHashMap<>();
    try (JsonParser parser = parser(json, object)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("an object is expected");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String member = parser.currentName();
        parser.nextToken();
        if (members.put(member, span(parser, object)) != null) {
          throw invalid("member '" + member + "' stands there twice");
        }
      }
    } catch (IOException e) {
      throw invalid("an object is expected");
    }
    return Collections.unmodifiableMap(members);
  }

  /**
   * The places in {@code json} of the elements of the array at {@code array}, in order.
   *
   * @throws MalformedMessageException ({@link RpcCode#INVALID_REQUEST}) when no array stands there
   */
  public static List<Span> elements(byte[] json, Span array) throws MalformedMessageException {
    List<Span> elements = new ArrayList<>();
    try (JsonParser parser = parser(json, array)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw invalid("an array is expected");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        elements.add(span(parser, array));
      }
    } catch (IOException e) {
      throw invalid("an array is expected");
    }
    return Collections.unmodifiableList(elements);
  }

  /** The text of the string literal at {@code value}; null when something else stands there. */
  public static @Nullable String text(byte[] json, Span value) {
    if (value.end() - value.start() < 2 || json[value.start()] != '"') {
      return null;
    }
    for (int i = value.start() + 1; i < value.end() - 1; i++) {
      if (json[i] == '\\') {
        return unescaped(json, value);
      }
    }
    return new Span(value.start() + 1, value.end() - 1).text(json);
  }

  private static @Nullable String unescaped(byte[] json, Span value) {
    try (JsonParser parser = parser(json, value)) {
      return parser.nextToken() == JsonToken.VALUE_STRING ? parser.getText() : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static JsonParser parser(byte[] json, Span span) throws IOException {
    return Json.FACTORY.createParser(json, span.start(), span.end() - span.start());
  }

  /** Jackson counts from the beginning of the part that it reads. */
  private static Span span(JsonParser parser, Span base) throws IOException {
    int start = (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    parser.finishToken();
    int end = (int) parser.currentLocation().getByteOffset();
    return new Span(base.start() + start, base.start() + end);
  }

  private static MalformedMessageException invalid(String why) {
    return new MalformedMessageException(RpcCode.INVALID_REQUEST, why);
  }
}
