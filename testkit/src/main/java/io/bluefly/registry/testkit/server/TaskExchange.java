package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The call that goes on as a task: it shows its questions, and tells nothing meanwhile. */
final class TaskExchange extends Exchange {
  private final Exchange origin;
  private final Task task;

  TaskExchange(Exchange origin, Task task) {
    super(origin.request(), new Silence(), task.cancellation());
    this.origin = origin;
    this.task = task;
  }

  private record Silence() implements Outlet {
    @Override
    public void send(ObjectNode message) {}

    @Override
    public void finish(JsonNode response, int status) {}
  }

  @Override
  Map<String, ObjectNode> ask(Question... questions) throws Interruption {
    for (Question question : questions) {
      require(question);
    }
    return task.ask(questions);
  }

  @Override
  Map<String, ObjectNode> askSealed(Question... questions) throws Interruption {
    return ask(questions);
  }

  @Override
  void requireOpened(Question url) throws Interruption {
    ask(url);
  }

  @Override
  ObjectNode asTask(Handler work) throws Interruption {
    return work.handle(this);
  }

  @Override
  void requireTasks() {}

  @Override
  void require(Question question) throws McpException {
    origin.require(question);
  }

  @Override
  McpException resourceNotFound(String uri) {
    return origin.resourceNotFound(uri);
  }

  @Override
  String protocolVersion() {
    return origin.protocolVersion();
  }

  @Override
  JsonNode clientCapabilities() {
    return origin.clientCapabilities();
  }

  @Override
  JsonNode clientInfo() {
    return origin.clientInfo();
  }

  @Override
  @Nullable String sessionId() {
    return origin.sessionId();
  }

  @Override
  boolean logs(LogLevel level) {
    return false;
  }
}
