package io.bluefly.registry.cli.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** What a tool answered: text as it is, a line for everything else. */
public final class ContentText {
  private ContentText() {}

  /** The text of {@code result}; structured content only where there is no text. */
  public static String of(JsonNode result) {
    JsonNode content = result.path("content");
    JsonNode structured = result.path("structuredContent");
    String text = content.valueStream().map(ContentText::block).collect(Collectors.joining());
    boolean hasText = content.valueStream().anyMatch(ContentText::isText);
    return hasText || structured.isMissingNode() ? text : text + Json.pretty(structured) + "\n";
  }

  private static boolean isText(JsonNode block) {
    return block.path("type").asText().equals("text");
  }

  private static String block(JsonNode block) {
    return isText(block) ? ended(block.path("text").asText()) : "[" + placeholder(block) + "]\n";
  }

  private static String ended(String text) {
    return text.endsWith("\n") ? text : text + "\n";
  }

  private static String placeholder(JsonNode block) {
    String type = block.path("type").asText("content");
    return Plain.line(
        switch (type) {
          case "image", "audio" -> type + " " + binary(block, "data");
          case "resource_link" -> "resource link " + block.path("uri").asText();
          case "resource" -> "resource " + resource(block.path("resource"));
          default -> type;
        });
  }

  private static String resource(JsonNode resource) {
    String uri = resource.path("uri").asText() + " ";
    return resource.has("blob")
        ? uri + binary(resource, "blob")
        : uri
            + described(
                resource, resource.path("text").asText().getBytes(StandardCharsets.UTF_8).length);
  }

  private static String binary(JsonNode block, String field) {
    String base64 = block.path(field).asText().replaceAll("[\\s=]", "");
    return described(block, base64.length() * 3L / 4);
  }

  private static String described(JsonNode block, long bytes) {
    String type = block.path("mimeType").asText();
    return (type.isEmpty() ? "" : type + ", ") + Units.count(bytes, "byte");
  }
}
