package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The conformance suite's prompts. */
final class Prompts {
  private Prompts() {}

  static List<Feature> all() {
    return List.of(
        Feature.prompt(
            "test_simple_prompt",
            "Says one thing",
            _ -> Content.messages(Content.text("This is a simple prompt for testing."))),
        Feature.prompt(
            "test_prompt_with_arguments",
            "Repeats its arguments",
            exchange ->
                Content.messages(
                    Content.text(
                        "Prompt with arguments: arg1='%s', arg2='%s'"
                            .formatted(argument(exchange, "arg1"), argument(exchange, "arg2")))),
            "arg1",
            "arg2"),
        Feature.prompt(
            "test_prompt_with_embedded_resource",
            "Embeds a resource",
            exchange ->
                Content.messages(
                    Content.resource(
                        argument(exchange, "resourceUri"),
                        "text/plain",
                        "Embedded resource content for testing."),
                    Content.text("Please process the embedded resource above.")),
            "resourceUri"),
        Feature.prompt(
            "test_prompt_with_image",
            "Shows an image",
            _ ->
                Content.messages(Content.image(), Content.text("Please analyze the image above."))),
        Feature.prompt(
            "test_input_required_result_prompt", "Asks the user first", Prompts::asking));
  }

  private static String argument(Exchange exchange, String name) {
    return exchange.arguments().path(name).asText();
  }

  private static ObjectNode asking(Exchange exchange) throws Interruption {
    Question question =
        Question.form("user_context", "What context should the prompt use?", "context", "string");
    ObjectNode answer = exchange.ask(question).getOrDefault(question.key(), Json.object());
    return Content.messages(
        Content.text("Context: " + answer.path("content").path("context").asText()));
  }
}
