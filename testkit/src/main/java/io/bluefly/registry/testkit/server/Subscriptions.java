package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The open {@code subscriptions/listen} requests. */
final class Subscriptions {
  private final ServerState state;
  private final List<Subscription> open = new CopyOnWriteArrayList<>();

  Subscriptions(ServerState state) {
    this.state = state;
  }

  /** Serves one until the client or the server ends it. */
  ObjectNode listen(Incoming request, Outlet outlet, Cancellation cancellation)
      throws Interruption {
    JsonNode filter = request.params().path("notifications");
    if (!filter.isObject()) {
      throw McpException.invalidParams("params.notifications must be an object");
    }
    if (filter.has("taskIds")) {
      Tasks.require(request);
    }
    Subscription subscription = new Subscription(request.tree().path("id"), filter, outlet);
    cancellation.onCancel(subscription::cancel);
    open.add(subscription);
    state.listeners().add(subscription);
    try {
      return subscription.serve(state.options().keepAlive());
    } finally {
      state.listeners().remove(subscription);
      open.remove(subscription);
    }
  }

  int count() {
    return open.size();
  }

  /** Ends all of them gracefully. */
  void end() {
    open.forEach(Subscription::end);
  }
}
