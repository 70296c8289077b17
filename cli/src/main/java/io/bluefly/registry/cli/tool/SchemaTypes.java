package io.bluefly.registry.cli.tool;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The JSON types that a schema allows, in its order; none when it does not say. */
final class SchemaTypes {
  private static final int MAX_DEPTH = 8;
  private static final List<String> COMBINED = List.of("anyOf", "oneOf", "allOf");

  private final JsonNode root;
  private final Set<String> types = new LinkedHashSet<>();

  private SchemaTypes(JsonNode root) {
    this.root = root;
  }

  /** The types of {@code property}, whose references point into {@code root}. */
  static Set<String> of(JsonNode property, JsonNode root) {
    SchemaTypes found = new SchemaTypes(root);
    found.collect(property, 0);
    return found.types;
  }

  private void collect(JsonNode schema, int depth) {
    if (depth > MAX_DEPTH) {
      return;
    }
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      types.add(type.asText());
    }
    type.forEach(one -> types.add(one.asText()));
    schema.path("enum").forEach(value -> types.add(typeOf(value)));
    if (schema.has("const")) {
      types.add(typeOf(schema.path("const")));
    }
    COMBINED.forEach(name -> schema.path(name).forEach(part -> collect(part, depth + 1)));
    referred(schema.path("$ref").asText(), depth);
  }

  private void referred(String reference, int depth) {
    if (reference.startsWith("#/")) {
      collect(root.at(JsonPointer.compile(reference.substring(1))), depth + 1);
    }
  }

  private static String typeOf(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER -> "number";
      case BOOLEAN -> "boolean";
      case OBJECT, POJO -> "object";
      case ARRAY -> "array";
      case NULL -> "null";
      case STRING, BINARY, MISSING -> "string";
    };
  }
}
