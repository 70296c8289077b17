package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Content blocks and results. */
final class Content {
  /** A red pixel. */
  static final String PNG =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

  /** Half a millisecond of silence. */
  static final String WAV = "UklGRigAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQQAAACAgICA";

  private Content() {}

  static ObjectNode text(String text) {
    return Json.object().put("type", "text").put("text", text);
  }

  static ObjectNode image() {
    return Json.object().put("type", "image").put("data", PNG).put("mimeType", "image/png");
  }

  static ObjectNode audio() {
    return Json.object().put("type", "audio").put("data", WAV).put("mimeType", "audio/wav");
  }

  static ObjectNode resource(String uri, String mimeType, String text) {
    ObjectNode block = Json.object().put("type", "resource");
    block.set("resource", textResource(uri, mimeType, text));
    return block;
  }

  static ObjectNode textResource(String uri, String mimeType, String text) {
    return Json.object().put("uri", uri).put("mimeType", mimeType).put("text", text);
  }

  /** A tool's result. */
  static ObjectNode result(ObjectNode... blocks) {
    ObjectNode result = Json.object();
    var content = result.putArray("content");
    for (ObjectNode block : blocks) {
      content.add(block);
    }
    return result;
  }

  static ObjectNode resultText(String text) {
    return result(text(text));
  }

  /** A prompt's result, all said by the user. */
  static ObjectNode messages(ObjectNode... blocks) {
    ObjectNode result = Json.object();
    var messages = result.putArray("messages");
    for (ObjectNode block : blocks) {
      messages.addObject().put("role", "user").set("content", block);
    }
    return result;
  }

  /** A resource's result. */
  static ObjectNode contents(ObjectNode item) {
    ObjectNode result = Json.object();
    result.putArray("contents").add(item);
    return result;
  }
}
