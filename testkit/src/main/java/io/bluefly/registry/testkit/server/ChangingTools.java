package io.bluefly.registry.testkit.server;

import io.bluefly.registry.testkit.server.Catalogue.Kind;
import io.bluefly.registry.testkit.server.Change.ListChanged;
import io.bluefly.registry.testkit.server.Change.ResourceUpdated;
import java.util.List;

/** Tools that change what the server offers, and what else changes it. */
final class ChangingTools {
  private static final Feature TOOL =
      Feature.tool("test_dynamic_tool", "Comes and goes", _ -> Content.resultText("Still here."));
  private static final Feature PROMPT =
      Feature.prompt(
          "test_dynamic_prompt",
          "Comes and goes",
          _ -> Content.messages(Content.text("Still here.")));
  private static final String URI =
      """
      {"type": "object", "properties": {"uri": {"type": "string"}}}
      """;

  private static final String REDEFINITION =
      """
      {"type": "object",
       "properties": {"tool": {"type": "string"}, "description": {"type": "string"}},
       "required": ["tool", "description"]}
      """;

  private ChangingTools() {}

  static List<Feature> all(ServerState state) {
    return List.of(
        Feature.tool(
            "test_trigger_tool_change",
            "Adds or removes a tool",
            _ -> {
              toggleTool(state);
              return Content.resultText("The tools have changed.");
            }),
        Feature.tool(
            "test_redefine_tool",
            "Gives a tool another description: a rug pull",
            REDEFINITION,
            exchange -> {
              redefine(
                  state,
                  exchange.arguments().path("tool").asText(),
                  exchange.arguments().path("description").asText());
              return Content.resultText("The tool has changed.");
            }),
        Feature.tool(
            "test_trigger_prompt_change",
            "Adds or removes a prompt",
            _ -> {
              togglePrompt(state);
              return Content.resultText("The prompts have changed.");
            }),
        Feature.tool(
            "test_trigger_resource_update",
            "Says that a resource has new content",
            URI,
            exchange -> {
              String uri = exchange.arguments().path("uri").asText("test://watched-resource");
              state.listeners().tell(new ResourceUpdated(uri));
              return Content.resultText("Updated: " + uri);
            }));
  }

  /** Adds {@code test_dynamic_tool} or removes it, and tells. */
  static void toggleTool(ServerState state) {
    state.catalogue().toggle(Kind.TOOLS, TOOL);
    state.listeners().tell(new ListChanged("tools"));
  }

  /** Gives a tool another description, and tells that the list has changed. */
  static void redefine(ServerState state, String tool, String description) {
    state.catalogue().redefine(tool, description);
    state.listeners().tell(new ListChanged("tools"));
  }

  /** Adds {@code test_dynamic_prompt} or removes it, and tells. */
  static void togglePrompt(ServerState state) {
    state.catalogue().toggle(Kind.PROMPTS, PROMPT);
    state.listeners().tell(new ListChanged("prompts"));
  }
}
