package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list result: its items as they stand, and where the next page begins.
 *
 * @param items JSON texts of the items
 * @param nextCursor the cursor of the next page, null on the last
 */
public record ListPage(List<String> items, @Nullable String nextCursor) {
  /** Copies the items. */
  public ListPage {
    items = List.copyOf(items);
  }

  /**
   * Reads the result of a list request.
   *
   * @param key the member that holds the items, such as {@code tools}
   * @throws MalformedMessageException when the response has no result of that form
   */
  public static ListPage read(RpcMessage response, String key) throws MalformedMessageException {
    Span result = response.result();
    if (result == null) {
      throw new MalformedMessageException(RpcCode.INVALID_REQUEST, "the answer is an error");
    }
    byte[] json = response.json();
    List<String> items = new ArrayList<>();
    String next = null;
    try (JsonParser parser =
        Json.FACTORY.createParser(json, result.start(), result.end() - result.start())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedMessageException(RpcCode.INVALID_REQUEST, "the result is no object");
      }
      boolean listed = false;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals(key) && listed) {
          throw new MalformedMessageException(
              RpcCode.INVALID_REQUEST, "member '" + key + "' stands there twice");
        }
        listed |= field.equals(key);
        if (field.equals(key) && value == JsonToken.START_ARRAY) {
          readItems(parser, json, result.start(), items);
        } else if (field.equals("nextCursor") && value == JsonToken.VALUE_STRING) {
          next = parser.getText();
        } else {
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new MalformedMessageException(RpcCode.PARSE_ERROR, "the list is not valid JSON");
    }
    return new ListPage(items, next);
  }

  private static void readItems(JsonParser parser, byte[] json, int base, List<String> items)
      throws IOException {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      int start = (int) parser.currentTokenLocation().getByteOffset();
      parser.skipChildren();
      parser.finishToken();
      int end = (int) parser.currentLocation().getByteOffset();
      items.add(new Span(offset(start, base), offset(end, base)).text(json));
    }
  }

  /** Jackson counts from the beginning of the array or of the part that it reads. */
  private static int offset(int reported, int base) {
    return reported + base;
  }
}
