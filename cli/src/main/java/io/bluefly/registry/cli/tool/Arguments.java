package io.bluefly.registry.cli.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Json;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Arguments as they are typed, made into what the tool's schema asks for. */
public final class Arguments {
  private static final Pattern INTEGER = Pattern.compile("-?(0|[1-9]\\d{0,999})");
  private static final String STRING = "string";

  private Arguments() {}

  /**
   * The arguments of a call.
   *
   * @param json an object, or null; what {@code named} names, too, is taken from there
   * @param named text by name; typed by {@code schema}, and a string where that does not say
   * @throws CliException naming the argument that does not fit
   */
  public static ObjectNode of(@Nullable String json, Map<String, String> named, JsonNode schema) {
    ObjectNode arguments = json == null ? Json.object() : object(json);
    named.forEach((name, text) -> arguments.set(name, typed(name, text, schema)));
    return arguments;
  }

  private static ObjectNode object(String json) {
    if (parsed(json) instanceof ObjectNode object) {
      return object;
    }
    throw CliException.usage("--args must be a JSON object such as {\"path\": \"/tmp\"}");
  }

  private static JsonNode typed(String name, String text, JsonNode schema) {
    Set<String> types = SchemaTypes.of(schema.path("properties").path(name), schema);
    for (String type : types) {
      JsonNode value = type.equals(STRING) ? null : value(text, type);
      if (value != null) {
        return value;
      }
    }
    if (types.isEmpty() || types.contains(STRING)) {
      return TextNode.valueOf(text);
    }
    throw CliException.usage(
        "Argument '%s' must be %s, not '%s'".formatted(name, described(types), text));
  }

  /** {@code text} as a value of {@code type}, or null when it is none. */
  private static @Nullable JsonNode value(String text, String type) {
    JsonNode value = parsed(text);
    boolean fits =
        value != null
            && switch (type) {
              case "integer" -> INTEGER.matcher(text).matches();
              case "number" -> value.isNumber();
              case "boolean" -> value.isBoolean();
              case "object" -> value.isObject();
              case "array" -> value.isArray();
              case "null" -> value.isNull();
              default -> false;
            };
    return fits ? value : null;
  }

  private static @Nullable JsonNode parsed(String text) {
    try {
      return Json.parse(text);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static String described(Set<String> types) {
    Set<String> named = new TreeSet<>();
    for (String type : types) {
      named.add(
          switch (type) {
            case "integer" -> "an integer";
            case "number" -> "a number";
            case "boolean" -> "true or false";
            case "object" -> "a JSON object";
            case "array" -> "a JSON array";
            default -> type;
          });
    }
    return String.join(" or ", named);
  }
}
