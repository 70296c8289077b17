package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** The conformance suite's tools for tasks; without the extension they just take their time. */
final class TaskTools {
  private static final String NAME =
      """
      {"type": "object", "properties": {"name": {"type": "string"}}}
      """;
  private static final String SECONDS =
      """
      {"type": "object",
       "properties": {"seconds": {"type": "number", "minimum": 0, "maximum": 600},
                      "label": {"type": "string"}}}
      """;
  private static final String FILENAME =
      """
      {"type": "object", "properties": {"filename": {"type": "string"}}}
      """;

  /** Seconds that a client may be kept waiting for a result. */
  private static final int PATIENCE = 10;

  private TaskTools() {}

  static List<Feature> all() {
    return List.of(
        Feature.tool(
            "greet",
            "Greets at once",
            NAME,
            exchange -> hello(exchange.arguments().path("name").asText())),
        Feature.tool(
            "slow_compute",
            "Takes some seconds, and many as a task only",
            SECONDS,
            exchange -> {
              if (seconds(exchange) > PATIENCE) {
                exchange.requireTasks();
              }
              return exchange.asTask(TaskTools::compute);
            }),
        Feature.tool(
            "failing_job",
            "Fails as a tool, and only as a task",
            exchange -> {
              exchange.requireTasks();
              return exchange.asTask(_ -> Content.resultText("It failed.").put("isError", true));
            }),
        Feature.tool(
            "protocol_error_job",
            "Fails as a request",
            exchange ->
                exchange.asTask(_ -> {
                  throw McpException.internal("It failed.");
                })),
        Feature.tool(
            "confirm_delete",
            "Asks before it deletes nothing",
            FILENAME,
            exchange -> exchange.asTask(TaskTools::confirm)),
        Feature.tool(
            "multi_input",
            "Asks two questions at once",
            exchange -> exchange.asTask(TaskTools::two)),
        Feature.tool(
            "test_tool_with_task", "Asks for a name, then goes on as a task", TaskTools::later));
  }

  private static ObjectNode hello(String name) {
    return Content.resultText("Hello, " + name + "!");
  }

  private static ObjectNode compute(Exchange exchange) throws Interruption {
    exchange.pause((int) (seconds(exchange) * 1000));
    return Content.resultText("Computed " + exchange.arguments().path("label").asText());
  }

  private static double seconds(Exchange exchange) {
    return exchange.arguments().path("seconds").asDouble();
  }

  private static ObjectNode confirm(Exchange exchange) throws Interruption {
    String file = exchange.arguments().path("filename").asText();
    Question question = Question.form("confirm", "Delete " + file + "?", "confirm", "boolean");
    ObjectNode answer = exchange.ask(question).getOrDefault(question.key(), Json.object());
    boolean yes = answer.path("content").path("confirm").asBoolean();
    return Content.resultText((yes ? "Deleted " : "Kept ") + file);
  }

  private static ObjectNode two(Exchange exchange) throws Interruption {
    Map<String, ObjectNode> answers =
        exchange.ask(
            Question.form("first", "What is the first name?", "name", "string"),
            Question.form("second", "What is the second name?", "name", "string"));
    return Content.resultText("Answered: " + String.join(", ", answers.keySet()));
  }

  private static ObjectNode later(Exchange exchange) throws Interruption {
    Question question = Question.form("user_name", "What is your name?", "name", "string");
    ObjectNode answer = exchange.ask(question).getOrDefault(question.key(), Json.object());
    return exchange.asTask(_ -> hello(answer.path("content").path("name").asText()));
  }
}
