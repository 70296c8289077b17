package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The conformance suite's resources. */
final class Resources {
  private static final String STATIC_TEXT = "test://static-text";
  private static final String STATIC_BINARY = "test://static-binary";
  private static final String WATCHED = "test://watched-resource";
  private static final String ASKING = "test://asking-resource";
  private static final String BEFORE = "test://template/";
  private static final String AFTER = "/data";

  private Resources() {}

  static List<Feature> all() {
    return List.of(
        Feature.resource(
            STATIC_TEXT,
            "Static text",
            "text/plain",
            _ ->
                Content.contents(
                    Content.textResource(
                        STATIC_TEXT,
                        "text/plain",
                        "This is the content of the static text resource."))),
        Feature.resource(
            STATIC_BINARY,
            "Static binary",
            "image/png",
            _ ->
                Content.contents(
                    Json.object()
                        .put("uri", STATIC_BINARY)
                        .put("mimeType", "image/png")
                        .put("blob", Content.PNG))),
        Feature.resource(
            WATCHED,
            "Watched resource",
            "text/plain",
            _ -> Content.contents(Content.textResource(WATCHED, "text/plain", "Watched."))),
        Feature.resource(ASKING, "Asking resource", "text/plain", Resources::asking));
  }

  /** What a client reads only after it has answered. */
  private static ObjectNode asking(Exchange exchange) throws Interruption {
    Question question = Question.form("reader", "Who reads this?", "name", "string");
    ObjectNode answer = exchange.ask(question).getOrDefault(question.key(), Json.object());
    return Content.contents(
        Content.textResource(
            ASKING, "text/plain", "For " + answer.path("content").path("name").asText()));
  }

  static List<Feature> templates() {
    return List.of(
        Feature.template(
            BEFORE + "{id}" + AFTER, "Template", "application/json", Resources::fromTemplate));
  }

  private static ObjectNode fromTemplate(Exchange exchange) {
    String uri = exchange.params().path("uri").asText();
    String id = uri.substring(BEFORE.length(), uri.length() - AFTER.length());
    ObjectNode data =
        Json.object().put("id", id).put("templateTest", true).put("data", "Data for ID: " + id);
    return Content.contents(Content.textResource(uri, "application/json", Json.write(data)));
  }
}
