package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.server.Change.ElicitationComplete;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Tools that ask the client: the same in both eras, but for the way the questions travel. */
final class AskingTools {
  private static final String MESSAGE =
      """
      {"type": "object", "properties": {"message": {"type": "string"}}, "required": ["message"]}
      """;
  private static final String PROMPT =
      """
      {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}
      """;
  private static final String USER =
      """
      {"type": "object",
       "properties": {"username": {"type": "string", "description": "The user's name"},
                      "email": {"type": "string", "description": "The user's email address"}},
       "required": ["username", "email"]}
      """;
  private static final String DEFAULTS =
      """
      {"type": "object",
       "properties": {"name": {"type": "string", "default": "John Doe"},
                      "age": {"type": "integer", "default": 30},
                      "score": {"type": "number", "default": 95.5},
                      "status": {"type": "string", "enum": ["active", "inactive", "pending"],
                                 "default": "active"},
                      "verified": {"type": "boolean", "default": true}},
       "required": []}
      """;
  private static final String ENUMS =
      """
      {"type": "object",
       "properties": {
         "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
         "titledSingle": {"type": "string",
                          "oneOf": [{"const": "value1", "title": "First Option"},
                                    {"const": "value2", "title": "Second Option"},
                                    {"const": "value3", "title": "Third Option"}]},
         "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                        "enumNames": ["Option One", "Option Two", "Option Three"]},
         "untitledMulti": {"type": "array",
                           "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
         "titledMulti": {"type": "array",
                         "items": {"anyOf": [{"const": "value1", "title": "First Choice"},
                                             {"const": "value2", "title": "Second Choice"},
                                             {"const": "value3", "title": "Third Choice"}]}}},
       "required": []}
      """;
  private static final String RESULT = "test_input_required_result_";

  private static final String OPENED =
      """
      {"type": "object", "properties": {"opened": {"type": "boolean"}}}
      """;

  private AskingTools() {}

  static List<Feature> all(ServerState state) {
    List<Feature> tools = new ArrayList<>();
    tools.addAll(simple());
    tools.addAll(rounds());
    tools.add(
        Feature.tool("test_elicitation_url", "Has a URL opened", exchange -> url(state, exchange)));
    tools.add(
        Feature.tool(
            "test_url_required",
            "Refuses until the client has opened a URL and says so",
            OPENED,
            AskingTools::afterUrl));
    return tools;
  }

  private static List<Feature> simple() {
    return List.of(
        Feature.tool("test_sampling", "Asks the client's model", PROMPT, AskingTools::sampling),
        Feature.tool(
            "test_elicitation",
            "Asks the user",
            MESSAGE,
            exchange -> form(exchange, exchange.arguments().path("message").asText(), USER)),
        Feature.tool(
            "test_elicitation_sep1034_defaults",
            "Asks with defaults",
            exchange -> form(exchange, "Please check these values", DEFAULTS)),
        Feature.tool(
            "test_elicitation_sep1330_enums",
            "Asks for choices",
            exchange -> form(exchange, "Please choose", ENUMS)),
        Feature.tool("test_roots", "Asks for the client's roots", AskingTools::roots),
        Feature.tool(
            "test_missing_capability",
            "Does nothing for a client without sampling",
            exchange -> {
              exchange.require(Question.sampling("never_asked", "", 1));
              return Content.resultText("The client supports sampling.");
            }),
        Feature.tool(
            "test_streaming_elicitation",
            "Tells its progress, then asks the user",
            exchange -> {
              exchange.progress(1, 2);
              return hello(exchange);
            }));
  }

  private static List<Feature> rounds() {
    return List.of(
        Feature.tool(RESULT + "elicitation", "Asks for a name", AskingTools::hello),
        Feature.tool(
            RESULT + "sampling",
            "Asks the client's model for a capital",
            exchange -> {
              Question question =
                  Question.sampling("capital_question", "What is the capital of France?", 100);
              return Content.resultText(text(one(exchange, question)));
            }),
        Feature.tool(RESULT + "list_roots", "Asks for the client's roots", AskingTools::roots),
        Feature.tool(
            RESULT + "request_state", "Asks to confirm", exchange -> confirm(exchange, "state-ok")),
        Feature.tool(
            RESULT + "tampered_state", "Asks to confirm", exchange -> confirm(exchange, "intact")),
        Feature.tool(
            RESULT + "multiple_inputs", "Asks three questions at once", AskingTools::three),
        Feature.tool(RESULT + "multi_round", "Asks two questions, one by one", AskingTools::two),
        Feature.tool(
            RESULT + "capabilities", "Asks whatever the client supports", AskingTools::supported));
  }

  private static ObjectNode one(Exchange exchange, Question question) throws Interruption {
    return answer(exchange.ask(question), question);
  }

  private static ObjectNode answer(Map<String, ObjectNode> answers, Question question) {
    return answers.getOrDefault(question.key(), Json.object());
  }

  /** What a sampled message says. */
  private static String text(ObjectNode sampled) {
    return sampled.path("content").path("text").asText();
  }

  private static ObjectNode sampling(Exchange exchange) throws Interruption {
    String prompt = exchange.arguments().path("prompt").asText();
    ObjectNode answer = one(exchange, Question.sampling("sampled", prompt, 100));
    return Content.resultText("LLM response: " + text(answer));
  }

  private static ObjectNode form(Exchange exchange, String message, String schema)
      throws Interruption {
    ObjectNode answer = one(exchange, Question.form("form", message, Json.object(schema)));
    return Content.resultText(
        "Elicitation completed: action="
            + answer.path("action").asText()
            + ", content="
            + answer.path("content"));
  }

  private static ObjectNode url(ServerState state, Exchange exchange) throws Interruption {
    String id = UUID.randomUUID().toString();
    ObjectNode answer =
        one(exchange, Question.url("url", "Please sign in", "https://example.com/sign-in", id));
    state.listeners().tell(new ElicitationComplete(id));
    return Content.resultText("URL elicitation: action=" + answer.path("action").asText());
  }

  private static ObjectNode afterUrl(Exchange exchange) throws Interruption {
    if (!exchange.arguments().path("opened").asBoolean()) {
      exchange.requireOpened(
          Question.url(
              "url",
              "Please sign in",
              "https://example.com/sign-in",
              UUID.randomUUID().toString()));
    }
    return Content.resultText("Signed in.");
  }

  private static ObjectNode roots(Exchange exchange) throws Interruption {
    ObjectNode answer = one(exchange, Question.roots("client_roots"));
    List<String> uris = new ArrayList<>();
    for (JsonNode root : answer.path("roots")) {
      uris.add(root.path("uri").asText());
    }
    return Content.resultText("Roots: " + String.join(", ", uris));
  }

  private static ObjectNode hello(Exchange exchange) throws Interruption {
    ObjectNode answer =
        one(exchange, Question.form("user_name", "What is your name?", "name", "string"));
    return Content.resultText("Hello, " + answer.path("content").path("name").asText() + "!");
  }

  private static ObjectNode confirm(Exchange exchange, String word) throws Interruption {
    Question question = Question.form("confirm", "Please confirm", "ok", "boolean");
    ObjectNode answer = answer(exchange.askSealed(question), question);
    return Content.resultText(word + ": " + answer.path("content").path("ok").asText());
  }

  private static ObjectNode three(Exchange exchange) throws Interruption {
    Question name = Question.form("user_name", "What is your name?", "name", "string");
    Question greeting = Question.sampling("greeting", "Generate a greeting", 50);
    Question roots = Question.roots("client_roots");
    Map<String, ObjectNode> answers = exchange.askSealed(name, greeting, roots);
    return Content.resultText(
        answer(answers, name).path("content").path("name").asText()
            + " / "
            + text(answer(answers, greeting))
            + " / "
            + answer(answers, roots).path("roots").size()
            + " roots");
  }

  private static ObjectNode two(Exchange exchange) throws Interruption {
    Question name = Question.form("step1", "Step 1: What is your name?", "name", "string");
    ObjectNode first = answer(exchange.askSealed(name), name);
    Question color =
        Question.form("step2", "Step 2: What is your favorite color?", "color", "string");
    ObjectNode second = answer(exchange.askSealed(color), color);
    return Content.resultText(
        first.path("content").path("name").asText()
            + " likes "
            + second.path("content").path("color").asText());
  }

  private static ObjectNode supported(Exchange exchange) throws Interruption {
    Question[] questions =
        List.of(
                Question.form("user_name", "What is your name?", "name", "string"),
                Question.sampling("greeting", "Generate a greeting", 50),
                Question.roots("client_roots"))
            .stream()
            .filter(question -> question.suits(exchange.clientCapabilities()))
            .toArray(Question[]::new);
    Map<String, ObjectNode> answers = exchange.ask(questions);
    return Content.resultText("Answered: " + String.join(", ", answers.keySet()));
  }
}
