package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A call that goes on after its answer: {@code io.modelcontextprotocol/tasks}. */
final class Task {
  private static final int TTL_MILLIS = 600_000;
  private static final int POLL_MILLIS = 100;
  private static final String WORKING = "working";

  private final String id;
  private final Consumer<ObjectNode> changed;
  private final Instant created = Instant.now();
  private final Cancellation cancellation = new Cancellation();
  private final ObjectNode inputRequests = Json.object();
  private final Map<String, CompletableFuture<ObjectNode>> inputs = new LinkedHashMap<>();
  private Instant updated = created;
  private String status = WORKING;

  /** The status's own member: {@code result}, {@code error} or nothing. */
  private ObjectNode outcome = Json.object();

  /**
   * @param changed hears each new state; must not block
   */
  Task(String id, Consumer<ObjectNode> changed) {
    this.id = id;
    this.changed = changed;
  }

  String id() {
    return id;
  }

  Cancellation cancellation() {
    return cancellation;
  }

  /** As {@code tasks/get} shows it. */
  synchronized ObjectNode detailed() {
    ObjectNode task =
        Json.object()
            .put("taskId", id)
            .put("status", status)
            .put("createdAt", created.toString())
            .put("lastUpdatedAt", updated.toString())
            .put("ttlMs", TTL_MILLIS)
            .put("pollIntervalMs", POLL_MILLIS);
    if (!inputRequests.isEmpty()) {
      task.set("inputRequests", inputRequests.deepCopy());
    }
    return task.setAll(outcome);
  }

  void completed(ObjectNode result) {
    ObjectNode member = Json.object();
    member.set("result", result);
    end("completed", member);
  }

  void failed(McpException error) {
    ObjectNode member = Json.object();
    member.set("error", error.toResponse(null).path("error"));
    end("failed", member);
  }

  /** Does nothing to a task that has ended. */
  void cancel() {
    end("cancelled", Json.object());
    cancellation.cancel();
  }

  private synchronized void end(String newStatus, ObjectNode newOutcome) {
    if (status.equals(WORKING) || status.equals("input_required")) {
      inputRequests.removeAll();
      outcome = newOutcome;
      become(newStatus);
    }
  }

  private void become(String newStatus) {
    status = newStatus;
    updated = Instant.now();
    changed.accept(detailed());
  }

  /** Shows the questions and waits for all the answers. */
  Map<String, ObjectNode> ask(Question... questions) throws Interruption {
    Map<String, CompletableFuture<ObjectNode>> waiting = show(questions);
    Map<String, ObjectNode> answers = new LinkedHashMap<>();
    for (Map.Entry<String, CompletableFuture<ObjectNode>> input : waiting.entrySet()) {
      cancellation.onCancel(() -> input.getValue().cancel(false));
      answers.put(input.getKey(), await(input.getValue()));
    }
    return answers;
  }

  private synchronized Map<String, CompletableFuture<ObjectNode>> show(Question... questions) {
    Map<String, CompletableFuture<ObjectNode>> waiting = new LinkedHashMap<>();
    for (Question question : questions) {
      CompletableFuture<ObjectNode> input = new CompletableFuture<>();
      inputs.put(question.key(), input);
      waiting.put(question.key(), input);
      inputRequests.set(question.key(), question.spoken());
    }
    become("input_required");
    return waiting;
  }

  private static ObjectNode await(CompletableFuture<ObjectNode> input) throws Interruption {
    try {
      return input.get(TTL_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw McpException.internal("nobody answered");
    } catch (InterruptedException | ExecutionException | CancellationException e) {
      throw new CallCancelled();
    }
  }

  /** Takes answers; ignores those to nothing that is open. */
  synchronized void update(JsonNode responses) {
    for (Map.Entry<String, JsonNode> response : responses.properties()) {
      CompletableFuture<ObjectNode> input = inputs.get(response.getKey());
      if (input != null
          && response.getValue() instanceof ObjectNode answer
          && inputRequests.remove(response.getKey()) != null) {
        if (inputRequests.isEmpty()) {
          become(WORKING);
        }
        input.complete(answer);
      }
    }
  }
}
