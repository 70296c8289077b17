package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import io.bluefly.registry.testkit.drupal.Kind.Fault;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A field of the content type.
 *
 * @param many whether it holds any number of values, and not one
 */
record Field(String name, String label, boolean required, boolean many, Kind kind) {
  private static final String NULL = "This value should not be null.";
  private static final String ONE = "this field cannot hold more than 1 values.";

  static Field required(String name, Kind kind) {
    return new Field(name, name, true, false, kind);
  }

  static Field optional(String name, Kind kind) {
    return new Field(name, name, false, false, kind);
  }

  JsonNode empty() {
    return many ? JsonNodeFactory.instance.arrayNode() : NullNode.instance;
  }

  /** What JSON:API shows of what was sent. */
  JsonNode stored(JsonNode sent) {
    if (blank(sent)) {
      return empty();
    }
    return many ? all(sent) : kind.stored(sent);
  }

  private ArrayNode all(JsonNode sent) {
    ArrayNode values = JsonNodeFactory.instance.arrayNode();
    items(sent).filter(item -> !blank(item)).map(kind::stored).forEach(values::add);
    return values;
  }

  private static Stream<JsonNode> items(JsonNode sent) {
    return sent.isArray() ? sent.valueStream() : Stream.of(sent);
  }

  private static boolean blank(JsonNode sent) {
    return sent.isNull() || (sent.isTextual() && sent.textValue().isEmpty());
  }

  /** What is wrong with what is stored. */
  List<Problem> problems(JsonNode stored) {
    if (stored.isNull()) {
      return required ? List.of(problem("", "", NULL)) : List.of();
    }
    if (!many && stored.isArray()) {
      return List.of(problem("", "", ONE));
    }
    List<JsonNode> values = items(stored).toList();
    return IntStream.range(0, values.size())
        .mapToObj(i -> kind.fault(label, values.get(i)).map(fault -> problem(i, fault)))
        .flatMap(Optional::stream)
        .toList();
  }

  private Problem problem(int index, Fault fault) {
    String inside = fault.inside() ? "/value" : "";
    String path = "/" + index + inside;
    // Drupal leaves the index of a single value out, but not when the path ends with it.
    String pointer = !many && fault.inside() ? inside : path;
    return problem(path.replace('/', '.'), pointer, fault.message());
  }

  private Problem problem(String path, String pointer, String message) {
    return Problem.violation(name + path + ": " + message, "/data/attributes/" + name + pointer);
  }
}
