package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.server.Catalogue.Kind;
import java.util.List;
import java.util.Set;

/** The requests that both eras share. */
final class FeatureRequests {
  private static final List<String> WORDS =
      List.of("paris", "park", "party", "test", "testValue1", "testing");

  private static final Set<String> METHODS =
      Set.of(
          "tools/list",
          "prompts/list",
          "resources/list",
          "resources/templates/list",
          "tools/call",
          "prompts/get",
          "resources/read",
          "completion/complete");

  private final Catalogue catalogue;

  FeatureRequests(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  static boolean knows(String method) {
    return METHODS.contains(method);
  }

  ObjectNode result(Exchange exchange) throws Interruption {
    JsonNode cursor = exchange.params().path("cursor");
    return switch (exchange.request().method()) {
      case "tools/list" -> catalogue.page(Kind.TOOLS, cursor);
      case "prompts/list" -> catalogue.page(Kind.PROMPTS, cursor);
      case "resources/list" -> catalogue.page(Kind.RESOURCES, cursor);
      case "resources/templates/list" -> catalogue.page(Kind.TEMPLATES, cursor);
      case "tools/call" -> call(exchange);
      case "prompts/get" -> prompt(exchange);
      case "resources/read" -> read(exchange);
      case "completion/complete" -> complete(exchange);
      default -> throw McpException.unknownMethod(exchange.request().method());
    };
  }

  private ObjectNode call(Exchange exchange) throws Interruption {
    String name = text(exchange, "name");
    Feature tool =
        catalogue
            .find(Kind.TOOLS, name)
            .orElseThrow(() -> McpException.invalidParams("Unknown tool: " + name));
    if (exchange.params().has("arguments") && !exchange.arguments().isObject()) {
      throw McpException.invalidParams("arguments must be an object");
    }
    return tool.handler().handle(exchange);
  }

  private ObjectNode prompt(Exchange exchange) throws Interruption {
    String name = text(exchange, "name");
    Feature prompt =
        catalogue
            .find(Kind.PROMPTS, name)
            .orElseThrow(() -> McpException.invalidParams("Unknown prompt: " + name));
    for (JsonNode argument : prompt.definition().path("arguments")) {
      String key = argument.path("name").asText();
      if (!exchange.arguments().path(key).isTextual()) {
        throw McpException.invalidParams("Missing argument: " + key);
      }
    }
    return prompt.handler().handle(exchange);
  }

  private ObjectNode read(Exchange exchange) throws Interruption {
    String uri = text(exchange, "uri");
    return catalogue
        .resource(uri)
        .orElseThrow(() -> exchange.resourceNotFound(uri))
        .handler()
        .handle(exchange);
  }

  private ObjectNode complete(Exchange exchange) throws McpException {
    JsonNode ref = exchange.params().path("ref");
    boolean known =
        switch (ref.path("type").asText()) {
          case "ref/prompt" -> catalogue.find(Kind.PROMPTS, ref.path("name").asText()).isPresent();
          case "ref/resource" ->
              catalogue.find(Kind.TEMPLATES, ref.path("uri").asText()).isPresent();
          default -> false;
        };
    JsonNode argument = exchange.params().path("argument");
    if (!known || !argument.path("name").isTextual() || !argument.path("value").isTextual()) {
      throw McpException.invalidParams("ref or argument is unknown");
    }
    ObjectNode result = Json.object();
    ArrayNode values = result.putObject("completion").putArray("values");
    WORDS.stream()
        .filter(word -> word.startsWith(argument.path("value").asText()))
        .forEach(values::add);
    ((ObjectNode) result.path("completion")).put("total", values.size()).put("hasMore", false);
    return result;
  }

  private static String text(Exchange exchange, String member) throws McpException {
    JsonNode value = exchange.params().path(member);
    if (!value.isTextual()) {
      throw McpException.invalidParams("params." + member + " must be a string");
    }
    return value.asText();
  }
}
