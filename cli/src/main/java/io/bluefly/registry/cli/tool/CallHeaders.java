package io.bluefly.registry.cli.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The headers of a tools/call, which say what the body says so that proxies need not read it.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http">Streamable
 *     HTTP</a>
 */
final class CallHeaders {
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final String PREFIX = "=?base64?";
  private static final String SUFFIX = "?=";

  private CallHeaders() {}

  static Map<String, String> of(Tool tool, JsonNode arguments) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json, text/event-stream");
    headers.put("MCP-Protocol-Version", ToolCall.VERSION);
    headers.put("Mcp-Method", ToolCall.METHOD);
    headers.put("Mcp-Name", encoded(tool.name()));
    addAnnotated(tool.schema(), arguments, headers);
    return headers;
  }

  /** Properties that the schema annotates with {@code x-mcp-header}, at any depth. */
  private static void addAnnotated(
      JsonNode schema, JsonNode arguments, Map<String, String> headers) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode value = arguments.path(property.getKey());
      String name = property.getValue().path("x-mcp-header").asText();
      if (TOKEN.matcher(name).matches() && isPrimitive(value)) {
        headers.put("Mcp-Param-" + name, encoded(value.asText()));
      }
      addAnnotated(property.getValue(), value, headers);
    }
  }

  private static boolean isPrimitive(JsonNode value) {
    return value.isTextual() || value.isNumber() || value.isBoolean();
  }

  /** {@code value} as a header carries it. */
  static String encoded(String value) {
    boolean plain =
        value.chars().allMatch(c -> c >= ' ' && c <= '~')
            && value.equals(value.strip())
            && !value.startsWith(PREFIX);
    return plain
        ? value
        : PREFIX + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + SUFFIX;
  }
}
