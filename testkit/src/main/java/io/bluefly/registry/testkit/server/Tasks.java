package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.server.Change.TaskChanged;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** The tasks, the newest {@value #KEPT}, and the requests about them. */
final class Tasks {
  private static final int KEPT = 1000;
  static final String EXTENSION = "io.modelcontextprotocol/tasks";

  private final Listeners listeners;
  private final Map<String, Task> known = new LinkedHashMap<>();

  Tasks(Listeners listeners) {
    this.listeners = listeners;
  }

  static boolean declaredBy(Incoming request) {
    return request.protocolMeta("clientCapabilities").path("extensions").path(EXTENSION).isObject();
  }

  /** Fails unless the request declares the extension. */
  static void require(Incoming request) throws McpException {
    if (!declaredBy(request)) {
      ObjectNode required = Json.object();
      required.putObject("extensions").putObject(EXTENSION);
      throw McpException.missingCapability(required);
    }
  }

  /** Runs work as a task, and answers with the task. */
  ObjectNode start(Exchange exchange, Handler work) {
    Task task =
        new Task(UUID.randomUUID().toString(), state -> listeners.tell(new TaskChanged(state)));
    keep(task);
    ObjectNode created = task.detailed().put("resultType", "task");
    Thread.ofVirtual().name("task-" + task.id()).start(() -> run(task, exchange, work));
    return created;
  }

  private synchronized void keep(Task task) {
    known.put(task.id(), task);
    if (known.size() > KEPT) {
      known.remove(known.keySet().iterator().next());
    }
  }

  private static void run(Task task, Exchange exchange, Handler work) {
    try {
      task.completed(work.handle(new TaskExchange(exchange, task)));
    } catch (Interruption e) {
      switch (e) {
        case McpException error -> task.failed(error);
        case CallCancelled _ -> task.cancel();
        case InputRequired _ -> task.failed(McpException.internal("a task asks by itself"));
      }
    } catch (RuntimeException e) {
      task.failed(McpException.internal("the test server failed: " + e));
    }
  }

  /** Serves {@code tasks/get}, {@code tasks/update} and {@code tasks/cancel}. */
  ObjectNode result(Incoming request) throws McpException {
    require(request);
    Task task = find(request.params().path("taskId").asText());
    return switch (request.method()) {
      case "tasks/get" -> task.detailed();
      case "tasks/update" -> {
        task.update(request.params().path("inputResponses"));
        yield Json.object();
      }
      case "tasks/cancel" -> {
        task.cancel();
        yield Json.object();
      }
      default -> throw McpException.unknownMethod(request.method());
    };
  }

  private synchronized Task find(String id) throws McpException {
    Task task = known.get(id);
    if (task == null) {
      throw McpException.invalidParams("Unknown task", Json.object().put("taskId", id));
    }
    return task;
  }
}
