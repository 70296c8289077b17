package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;

/**
 * A server's place in a {@link ChaosFolder}.
 *
 * @param instance the server's name in it, without spaces
 */
public record Chaos(ChaosFolder folder, String instance) {
  private static final Duration FOR_EVER = Duration.ofDays(1);
  private static final String NO_MCP = "<html><body>This is no MCP.</body></html>";

  void note(String tool, String key) {
    folder.note(new Execution(tool, key, instance));
  }

  Behaviour behaviour() {
    return folder.behaviour(instance);
  }

  boolean isKeptDown() {
    return folder.isKeptDown(instance);
  }

  /** What is to be sent for a result; keeps it back as long as the behaviour says. */
  static JsonNode answer(
      Behaviour behaviour, Incoming request, ObjectNode result, Cancellation cancellation)
      throws Interruption {
    boolean calls = request.method().equals("tools/call");
    switch (behaviour.kind()) {
      case NORMAL -> {}
      case SLOW -> cancellation.pause(calls ? behaviour.delay() : Duration.ZERO);
      case HUNG -> cancellation.pause(FOR_EVER);
      case ERRING -> {
        if (calls) {
          throw McpException.erring();
        }
      }
      case GARBAGE -> {
        return Json.raw(NO_MCP);
      }
    }
    return Messages.response(request.id(), result);
  }
}
