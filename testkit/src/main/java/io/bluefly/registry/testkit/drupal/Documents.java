package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What every document of JSON:API begins with. */
final class Documents {
  private Documents() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ObjectNode begun() {
    ObjectNode document = object();
    document
        .putObject("jsonapi")
        .put("version", "1.0")
        .putObject("meta")
        .putObject("links")
        .putObject("self")
        .put("href", "http://jsonapi.org/format/1.0/");
    return document;
  }
}
