package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The conformance suite's tools that need nothing of the client. */
final class PlainTools {
  private static final String SCHEMA_2020_12 =
      """
      {"$schema": "https://json-schema.org/draft/2020-12/schema",
       "type": "object",
       "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                 "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
       "properties": {"name": {"type": "string"},
                      "address": {"$ref": "#/$defs/address"},
                      "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                      "phone": {"type": "string"},
                      "email": {"type": "string"}},
       "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
       "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
       "then": {"required": ["phone"]},
       "else": {"required": ["email"]},
       "additionalProperties": false}
      """;

  /** Mirrored into headers: a string, an integer, a boolean, and one inside an object. */
  private static final String HEADERS =
      """
      {"type": "object",
       "properties": {"region": {"type": "string", "x-mcp-header": "Region"},
                      "count": {"type": "integer", "x-mcp-header": "Count"},
                      "urgent": {"type": "boolean", "x-mcp-header": "Urgent"},
                      "place": {"type": "object",
                                "properties": {"zone": {"type": "string",
                                                        "x-mcp-header": "Zone"}}},
                      "query": {"type": "string"}},
       "required": ["region"]}
      """;

  private PlainTools() {}

  static List<Feature> all() {
    return List.of(
        Feature.tool(
            "test_simple_text",
            "Answers with text",
            _ -> Content.resultText("This is a simple text response for testing.")),
        Feature.tool(
            "test_image_content", "Answers with an image", _ -> Content.result(Content.image())),
        Feature.tool(
            "test_audio_content", "Answers with audio", _ -> Content.result(Content.audio())),
        Feature.tool(
            "test_embedded_resource",
            "Answers with a resource",
            _ ->
                Content.result(
                    Content.resource(
                        "test://embedded-resource",
                        "text/plain",
                        "This is an embedded resource content."))),
        Feature.tool(
            "test_multiple_content_types",
            "Answers with text, an image and a resource",
            _ ->
                Content.result(
                    Content.text("Multiple content types test:"),
                    Content.image(),
                    Content.resource(
                        "test://mixed-content-resource",
                        "application/json",
                        "{\"test\":\"data\",\"value\":123}"))),
        Feature.tool(
            "test_error_handling",
            "Always fails",
            _ ->
                Content.resultText("This tool intentionally returns an error for testing")
                    .put("isError", true)),
        Feature.tool("test_tool_with_progress", "Tells its progress", PlainTools::progress),
        Feature.tool("test_tool_with_logging", "Logs three messages", PlainTools::logging),
        Feature.tool("test_logging_tool", "Logs at every level", PlainTools::everyLevel),
        Feature.tool("test_reconnection", "Breaks its stream, then answers", PlainTools::reconnect),
        Feature.tool(
            "json_schema_2020_12_tool",
            "Has a schema of 2020-12",
            SCHEMA_2020_12,
            exchange -> Content.resultText(exchange.rawArguments())),
        Feature.tool(
            "test_header_tool",
            "Has parameters that are mirrored into headers",
            HEADERS,
            exchange -> Content.resultText(exchange.rawArguments())));
  }

  private static ObjectNode progress(Exchange exchange) throws Interruption {
    exchange.progress(0, 100);
    exchange.pause(50);
    exchange.progress(50, 100);
    exchange.pause(50);
    exchange.progress(100, 100);
    return Content.resultText("Tool with progress executed.");
  }

  private static ObjectNode logging(Exchange exchange) throws Interruption {
    exchange.log(LogLevel.INFO, "Tool execution started");
    exchange.pause(50);
    exchange.log(LogLevel.INFO, "Tool processing data");
    exchange.pause(50);
    exchange.log(LogLevel.INFO, "Tool execution completed");
    return Content.resultText("Tool with logging executed.");
  }

  private static ObjectNode everyLevel(Exchange exchange) {
    for (LogLevel level : LogLevel.values()) {
      exchange.log(level, "A message of level " + level.text());
    }
    return Content.resultText("Logged.");
  }

  private static ObjectNode reconnect(Exchange exchange) throws Interruption {
    exchange.outlet().breakStream();
    exchange.pause(100);
    return Content.resultText("Reconnection test completed.");
  }
}
