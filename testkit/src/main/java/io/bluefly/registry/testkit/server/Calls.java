package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Runs requests, a virtual thread each, and remembers them by id so that they can be cancelled. */
final class Calls {
  /** What computes the result of a request. */
  @FunctionalInterface
  interface Work {
    ObjectNode result() throws Interruption;
  }

  private static final int OK = 200;

  private final ServerState state;
  private final Map<JsonNode, Cancellation> running = new ConcurrentHashMap<>();

  Calls(ServerState state) {
    this.state = state;
  }

  void start(Incoming request, Outlet outlet, Cancellation cancellation, Work work) {
    JsonNode id = request.tree().path("id");
    running.put(id, cancellation);
    Thread.ofVirtual()
        .name("call-" + id)
        .start(() -> {
          try {
            run(request, outlet, cancellation, work);
          } finally {
            running.remove(id, cancellation);
          }
        });
  }

  private void run(Incoming request, Outlet outlet, Cancellation cancellation, Work work) {
    try {
      Behaviour behaviour = state.behaviour();
      outlet.finish(Chaos.answer(behaviour, request, work.result(), cancellation), OK);
    } catch (Interruption e) {
      switch (e) {
        case McpException error -> outlet.finish(error.toResponse(request.id()), error.status());
        case InputRequired input ->
            outlet.finish(Messages.response(request.id(), input.result()), OK);
        case CallCancelled _ -> abandon(outlet);
      }
    } catch (RuntimeException e) {
      outlet.finish(
          McpException.internal("the test server failed: " + e).toResponse(request.id()), OK);
    }
  }

  private void abandon(Outlet outlet) {
    state.cancelledCalls().incrementAndGet();
    outlet.abandon();
  }

  /** Does what {@code notifications/cancelled} asks for; leaves other messages alone. */
  void cancel(Incoming message) {
    if (message.method().equals("notifications/cancelled")) {
      Cancellation cancellation = running.get(message.params().path("requestId"));
      if (cancellation != null) {
        cancellation.cancel();
      }
    }
  }

  void cancelAll() {
    running.values().forEach(Cancellation::cancel);
  }
}
