package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request being served: what came with it, and the ways to talk to the client meanwhile.
 * Handlers need not know the era: where {@link #ask} asks a legacy client at once, on the stream of
 * the call, a modern client gets the questions as the result, and calls again with the answers.
 */
abstract class Exchange {
  private final Incoming request;
  private final Outlet outlet;
  private final Cancellation cancellation;

  Exchange(Incoming request, Outlet outlet, Cancellation cancellation) {
    this.request = request;
    this.outlet = outlet;
    this.cancellation = cancellation;
  }

  /** The version in force. */
  abstract String protocolVersion();

  /** What the client has declared. */
  abstract JsonNode clientCapabilities();

  /** Missing when the client did not say. */
  abstract JsonNode clientInfo();

  /** Null where there is no session. */
  abstract @Nullable String sessionId();

  /** Whether the client wants log messages of this level. */
  abstract boolean logs(LogLevel level);

  /** The answers by key. */
  abstract Map<String, ObjectNode> ask(Question... questions) throws Interruption;

  /** The same; where the client keeps state between calls, the state is sealed. */
  abstract Map<String, ObjectNode> askSealed(Question... questions) throws Interruption;

  /** Has the client open a URL before this can be done: an error in the legacy era. */
  abstract void requireOpened(Question url) throws Interruption;

  /** Lets work go on as a task where the client knows tasks; else does it now. */
  abstract ObjectNode asTask(Handler work) throws Interruption;

  /** Fails unless the client knows tasks. */
  abstract void requireTasks() throws McpException;

  /** Fails unless the client can be asked that. */
  abstract void require(Question question) throws McpException;

  abstract McpException resourceNotFound(String uri);

  Incoming request() {
    return request;
  }

  Outlet outlet() {
    return outlet;
  }

  Cancellation cancellation() {
    return cancellation;
  }

  ObjectNode params() {
    return request.params();
  }

  JsonNode arguments() {
    return params().path("arguments");
  }

  /** The arguments' text as it came. */
  String rawArguments() {
    String raw = Json.slice(request.raw(), "params", "arguments");
    return raw == null ? "{}" : raw;
  }

  /** Told only to a client that gave a token. */
  void progress(int progress, int total) {
    JsonNode token = request.meta().path("progressToken");
    if (token.isTextual() || token.isIntegralNumber()) {
      ObjectNode params = Json.object();
      params.set("progressToken", token);
      send("notifications/progress", params.put("progress", progress).put("total", total));
    }
  }

  void log(LogLevel level, String text) {
    if (logs(level)) {
      send(
          "notifications/message",
          Json.object().put("level", level.text()).put("logger", "testkit").put("data", text));
    }
  }

  void send(String method, ObjectNode params) {
    outlet.send(Messages.notification(method, params));
  }

  void pause(int millis) throws CallCancelled {
    cancellation.pause(Duration.ofMillis(millis));
  }
}
