package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Tools that leave a trace when they run. */
final class ChaosTools {
  private static final String KEY =
      """
      {"type": "object",
       "properties": {"key": {"type": "string", "pattern": "^[^ ]+$"}},
       "required": ["key"]}
      """;

  private ChaosTools() {}

  static List<Feature> all(Chaos chaos) {
    return List.of(
        tool("read_counter", "Changes nothing", chaos).withAnnotations("{\"readOnlyHint\": true}"),
        tool("put_once", "Must not run twice", chaos)
            .withAnnotations("{\"readOnlyHint\": false, \"idempotentHint\": false}"),
        tool("put_idempotent", "May run twice", chaos)
            .withAnnotations("{\"readOnlyHint\": false, \"idempotentHint\": true}"));
  }

  private static Feature tool(String name, String description, Chaos chaos) {
    return Feature.tool(name, description, KEY, exchange -> run(name, exchange, chaos));
  }

  private static ObjectNode run(String tool, Exchange exchange, Chaos chaos) throws McpException {
    JsonNode key = exchange.arguments().path("key");
    if (!key.isTextual()) {
      throw McpException.invalidParams("arguments.key must be a string");
    }
    chaos.note(tool, key.asText());
    return Content.resultText(chaos.instance());
  }
}
