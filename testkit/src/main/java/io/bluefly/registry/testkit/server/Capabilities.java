package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the server says of itself. */
final class Capabilities {
  private Capabilities() {}

  static ObjectNode features() {
    return Json.object(
        """
        {"tools": {"listChanged": true},
         "prompts": {"listChanged": true},
         "resources": {"subscribe": true, "listChanged": true},
         "completions": {},
         "logging": {}}
        """);
  }

  static ObjectNode serverInfo() {
    return Json.object().put("name", "testkit").put("version", "1.0.0");
  }
}
