package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Where two documents differ, and how: one line each, with the place as a JSON pointer. */
final class Differences {
  private Differences() {}

  static Stream<String> between(JsonNode recorded, JsonNode answered) {
    return at("", comparable(recorded), comparable(answered));
  }

  /** The names of links to what was omitted are random, and the ids of fields are the site's. */
  private static JsonNode comparable(JsonNode document) {
    JsonNode copy = document.deepCopy();
    if (copy.at("/meta/omitted/links") instanceof ObjectNode links) {
      List<String> items = names(links).filter(name -> name.startsWith("item--")).toList();
      ArrayNode omitted = links.putArray("items");
      items.forEach(name -> omitted.add(withoutFieldId(links.remove(name))));
    }
    return copy;
  }

  private static JsonNode withoutFieldId(JsonNode link) {
    String href = link.path("href").textValue();
    ObjectNode copy = link.deepCopy();
    return copy.put("href", href.replaceFirst("/field_config/[^/]*$", "/field_config/"));
  }

  private static Stream<String> at(String place, JsonNode recorded, JsonNode answered) {
    if (recorded.isObject() && answered.isObject()) {
      return Stream.concat(names(recorded), names(answered))
          .distinct()
          .flatMap(name -> at(place + "/" + name, recorded.path(name), answered.path(name)));
    }
    if (recorded.isArray() && answered.isArray()) {
      return IntStream.range(0, Math.max(recorded.size(), answered.size()))
          .boxed()
          .flatMap(i -> at(place + "/" + i, recorded.path(i), answered.path(i)));
    }
    return recorded.equals(answered)
        ? Stream.empty()
        : Stream.of(place + ": recorded " + text(recorded) + ", answered " + text(answered));
  }

  private static Stream<String> names(JsonNode object) {
    return object.propertyStream().map(Map.Entry::getKey);
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() ? "nothing" : value.toString();
  }
}
