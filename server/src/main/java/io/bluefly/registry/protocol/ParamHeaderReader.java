package io.bluefly.registry.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds {@code x-mcp-header} in a tool's {@code inputSchema}, and what is wrong with it. An
 * annotation counts only where nothing but {@code properties} leads; where data stands and not
 * schemas ({@code default}, {@code enum} …) the word means nothing.
 */
final class ParamHeaderReader {
  private static final String ANNOTATION = "x-mcp-header";

  private final JsonParser parser;
  private final List<ParamHeader> found = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Deque<String> path = new ArrayDeque<>();
  private @Nullable String invalid;

  ParamHeaderReader(JsonParser parser) {
    this.parser = parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
  }

  void read() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      refuse("the definition is no object");
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean input = parser.currentName().equals("inputSchema");
      if (parser.nextToken() == JsonToken.START_OBJECT && input) {
        readSchema(true);
      } else {
        parser.skipChildren();
      }
    }
  }

  List<ParamHeader> found() {
    return found;
  }

  /** The first thing that is wrong. */
  @Nullable String invalid() {
    return invalid;
  }

  private void readSchema(boolean reachable) throws IOException {
    boolean annotated = false;
    String name = null;
    String type = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String keyword = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (keyword) {
        case ANNOTATION -> {
          annotated = true;
          name = string(value);
        }
        case "type" -> type = string(value);
        case "properties" -> readNamed(value, reachable);
        case "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions" ->
            readNamed(value, false);
        case "default", "const", "enum", "examples", "required", "dependentRequired" ->
            parser.skipChildren();
        default -> readElsewhere(value);
      }
    }
    if (annotated) {
      add(reachable && !path.isEmpty(), name, type);
    }
  }

  private @Nullable String string(JsonToken value) throws IOException {
    String text = value == JsonToken.VALUE_STRING ? parser.getText() : null;
    parser.skipChildren();
    return text;
  }

  private void readNamed(JsonToken value, boolean reachable) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      path.addLast(parser.currentName());
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        readSchema(reachable);
      } else {
        parser.skipChildren();
      }
      path.removeLast();
    }
  }

  private void readElsewhere(JsonToken value) throws IOException {
    if (value == JsonToken.START_OBJECT) {
      readSchema(false);
    } else if (value == JsonToken.START_ARRAY) {
      for (JsonToken element = parser.nextToken();
          element != JsonToken.END_ARRAY;
          element = parser.nextToken()) {
        readElsewhere(element);
      }
    }
  }

  private void add(boolean allowed, @Nullable String name, @Nullable String type) {
    if (!allowed) {
      refuse("stands where not only 'properties' leads");
    } else if (name == null || !isToken(name)) {
      refuse("is no HTTP header token");
    } else if (!names.add(name.toLowerCase(Locale.ROOT))) {
      refuse("'" + name + "' stands there twice");
    } else {
      switch (type) {
        case "string" -> keep(name, ParamHeader.Type.STRING);
        case "integer" -> keep(name, ParamHeader.Type.INTEGER);
        case "boolean" -> keep(name, ParamHeader.Type.BOOLEAN);
        case null, default -> refuse("needs the type string, integer or boolean");
      }
    }
  }

  private void keep(String name, ParamHeader.Type type) {
    found.add(new ParamHeader(List.copyOf(path), ParamHeaders.PREFIX + name, type));
  }

  private void refuse(String why) {
    if (invalid == null) {
      invalid = ANNOTATION + " of inputSchema property '" + String.join(".", path) + "' " + why;
    }
  }

  /** {@code 1*tchar} of RFC 9110. */
  private static boolean isToken(String name) {
    return !name.isEmpty() && name.chars().allMatch(ParamHeaderReader::isTokenChar);
  }

  private static boolean isTokenChar(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || (c != 0 && "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }
}
