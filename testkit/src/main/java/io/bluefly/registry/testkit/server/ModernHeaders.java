package io.bluefly.registry.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.server.Catalogue.Kind;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compares the headers of 2026-07-28 with the body. */
final class ModernHeaders {
  private static final String BASE64_START = "=?base64?";
  private static final String BASE64_END = "?=";

  private final Catalogue catalogue;

  ModernHeaders(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  /**
   * Fails with -32020 where a header is missing, bad, or says something else than the body.
   *
   * @param all the values of a header
   */
  void checkVersion(Incoming message, Function<String, List<String>> all) throws McpException {
    same(
        "MCP-Protocol-Version",
        one("MCP-Protocol-Version", all),
        message.protocolMeta("protocolVersion").asText());
  }

  /** The same for the headers that depend on the method. */
  void checkRouting(Incoming message, Function<String, List<String>> all) throws McpException {
    same("Mcp-Method", one("Mcp-Method", all), message.method());
    String source = nameSource(message.method());
    if (source != null && message.params().path(source).isTextual()) {
      String name = one("Mcp-Name", all);
      same("Mcp-Name", name == null ? null : decode("Mcp-Name", name), text(message, source));
    }
    if (message.method().equals("tools/call")) {
      checkParameters(message, all);
    }
  }

  private static String text(Incoming message, String member) {
    return message.params().path(member).asText();
  }

  private static @Nullable String nameSource(String method) {
    return switch (method) {
      case "tools/call", "prompts/get" -> "name";
      case "resources/read" -> "uri";
      case "tasks/get", "tasks/update", "tasks/cancel" -> "taskId";
      default -> null;
    };
  }

  private void checkParameters(Incoming message, Function<String, List<String>> all)
      throws McpException {
    Feature tool = catalogue.find(Kind.TOOLS, text(message, "name")).orElse(null);
    if (tool != null) {
      JsonNode schema = tool.definition().path("inputSchema");
      checkProperties(schema, message.params().path("arguments"), all);
    }
  }

  private void checkProperties(
      JsonNode schema, JsonNode arguments, Function<String, List<String>> all) throws McpException {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode annotation = property.getValue().path("x-mcp-header");
      JsonNode argument = arguments.path(property.getKey());
      if (annotation.isTextual()) {
        checkParameter("Mcp-Param-" + annotation.asText(), argument, all);
      }
      checkProperties(property.getValue(), argument, all);
    }
  }

  private static void checkParameter(
      String header, JsonNode argument, Function<String, List<String>> all) throws McpException {
    String given = one(header, all);
    if (argument.isMissingNode() || argument.isNull()) {
      if (given != null) {
        throw McpException.headerMismatch(header + " is not in the body");
      }
      return;
    }
    String value = given == null ? null : decode(header, given);
    if (argument.isIntegralNumber() && value != null) {
      sameNumber(header, value, argument);
    } else {
      same(header, value, argument.asText());
    }
  }

  private static void sameNumber(String header, String given, JsonNode argument)
      throws McpException {
    try {
      if (new BigDecimal(given).compareTo(argument.decimalValue()) == 0) {
        return;
      }
    } catch (NumberFormatException e) {
      throw McpException.headerMismatch(header + " is not a number");
    }
    throw McpException.headerMismatch(header + " differs from the body");
  }

  private static void same(String header, @Nullable String given, String expected)
      throws McpException {
    if (given == null) {
      throw McpException.headerMismatch(header + " is missing");
    }
    if (!given.equals(expected)) {
      throw McpException.headerMismatch(
          header + " is '" + given + "', the body says '" + expected + "'");
    }
  }

  /** The header's only value, without the spaces around it; null without one. */
  private static @Nullable String one(String header, Function<String, List<String>> all)
      throws McpException {
    List<String> values = all.apply(header);
    if (values.isEmpty()) {
      return null;
    }
    String value = values.getFirst().strip();
    if (values.size() > 1 || !value.chars().allMatch(ModernHeaders::isVisible)) {
      throw McpException.headerMismatch(header + " has several values or bad characters");
    }
    return value;
  }

  private static boolean isVisible(int character) {
    return character == '\t' || (character >= ' ' && character <= '~');
  }

  private static String decode(String header, String value) throws McpException {
    if (!value.startsWith(BASE64_START)
        || !value.endsWith(BASE64_END)
        || value.length() < BASE64_START.length() + BASE64_END.length()) {
      return value;
    }
    String encoded = value.substring(BASE64_START.length(), value.length() - BASE64_END.length());
    try {
      byte[] bytes = Base64.getDecoder().decode(encoded);
      // The decoder forgives missing padding, the specification does not.
      if (Base64.getEncoder().encodeToString(bytes).equals(encoded)) {
        return new String(bytes, UTF_8);
      }
    } catch (IllegalArgumentException e) {
      throw McpException.headerMismatch(header + " is not Base64: " + e.getMessage());
    }
    throw McpException.headerMismatch(header + " is not Base64");
  }
}
