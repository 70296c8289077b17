package io.bluefly.registry.cli.tool;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** How a call ended. */
public sealed interface Outcome {
  /** The server's result, which may say that the tool failed. */
  record Result(ObjectNode json) implements Outcome {
    /** Whether the tool says that it failed. */
    public boolean isError() {
      return json.path("isError").asBoolean();
    }

    /** Whether this is all; if not, the server wants something that this client did not offer. */
    public boolean isComplete() {
      return json.path("resultType").asText("complete").equals("complete");
    }
  }

  /** The registry or the server refused the call. */
  record Refusal(int code, String message) implements Outcome {}

  /** The outcome that a JSON-RPC response tells. */
  static Outcome of(JsonNode response) {
    JsonNode error = response.path("error");
    return response.path("result") instanceof ObjectNode result
        ? new Result(result)
        : new Refusal(
            error.path("code").asInt(), error.path("message").asText("the answer has no result"));
  }
}
