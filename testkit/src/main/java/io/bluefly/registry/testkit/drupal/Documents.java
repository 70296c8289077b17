package io.bluefly.registry.testkit.drupal;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What every document of JSON:API begins with. */
final class Documents {
  private Documents() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** As a parser would give it: small where it fits. */
  static NumericNode number(long value) {
    return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
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
