package io.bluefly.registry.cli.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * A tool of a connection.
 *
 * @param schema of its arguments; a missing node when the registry does not know the tool
 */
public record Tool(String name, JsonNode schema) {
  /** The tool {@code name} as {@code connection}, a connection in full, describes it. */
  public static Tool of(JsonNode connection, String name) {
    for (JsonNode capability : connection.path("capabilities")) {
      if (capability.path("kind").asText().equals("tool")
          && capability.path("name").asText().equals(name)) {
        return new Tool(name, capability.path("schema"));
      }
    }
    return new Tool(name, MissingNode.getInstance());
  }
}
