package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Tools for this project's own tests. */
final class OwnTools {
  private static final int STEPS = 10;
  private static final String MILLIS =
      """
      {"type": "object",
       "properties": {"ms": {"type": "integer", "minimum": 0, "maximum": 600000}},
       "required": ["ms"]}
      """;
  private static final String WHO =
      """
      {"type": "object",
       "properties": {"protocolVersion": {"type": "string"},
                      "clientInfo": {"type": "object"},
                      "clientCapabilities": {"type": "object"},
                      "sessionId": {"type": "string"},
                      "processId": {"type": "integer"},
                      "cancelledCalls": {"type": "integer"}},
       "required": ["protocolVersion", "clientCapabilities", "processId", "cancelledCalls"]}
      """;

  private OwnTools() {}

  static List<Feature> all(ServerState state) {
    return List.of(
        Feature.tool("echo", "Gives the arguments back, byte for byte", OwnTools::echo),
        Feature.tool("slow", "Answers after some milliseconds", MILLIS, OwnTools::slow),
        Feature.tool("who_am_i", "Says what the server sees", exchange -> whoAmI(state, exchange))
            .withOutputSchema(WHO));
  }

  /** The arguments as text, as structured content, and as a member that no schema knows. */
  private static ObjectNode echo(Exchange exchange) {
    JsonNode raw = Json.raw(exchange.rawArguments());
    ObjectNode result = Content.resultText(exchange.rawArguments());
    result.set("structuredContent", raw);
    result.set("x-extra", raw);
    return result;
  }

  private static ObjectNode slow(Exchange exchange) throws Interruption {
    int millis = exchange.arguments().path("ms").asInt();
    for (int step = 0; step < STEPS; step++) {
      exchange.progress(step, STEPS);
      exchange.pause(millis * (step + 1) / STEPS - millis * step / STEPS);
    }
    return Content.resultText("Waited " + millis + " ms.");
  }

  private static ObjectNode whoAmI(ServerState state, Exchange exchange) {
    ObjectNode seen = Json.object().put("protocolVersion", exchange.protocolVersion());
    if (exchange.clientInfo().isObject()) {
      seen.set("clientInfo", exchange.clientInfo());
    }
    seen.set("clientCapabilities", exchange.clientCapabilities());
    if (exchange.sessionId() != null) {
      seen.put("sessionId", exchange.sessionId());
    }
    seen.put("processId", ProcessHandle.current().pid())
        .put("cancelledCalls", state.cancelledCalls().get());
    ObjectNode result = Content.resultText(Json.write(seen));
    result.set("structuredContent", seen);
    return result;
  }
}
