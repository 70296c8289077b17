package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.server.Change.ElicitationComplete;
import io.bluefly.registry.testkit.server.Change.ListChanged;
import io.bluefly.registry.testkit.server.Change.ResourceUpdated;
import io.bluefly.registry.testkit.server.Change.TaskChanged;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One {@code subscriptions/listen}: tells what its filter wants, in order, on one thread. */
final class Subscription implements Listeners.Listener {
  private static final int WAITING = 1000;

  private sealed interface Event {
    record Told(Change change) implements Event {}

    record End() implements Event {}

    record Cancelled() implements Event {}
  }

  private final JsonNode id;
  private final JsonNode filter;
  private final Outlet outlet;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(WAITING);

  Subscription(JsonNode id, JsonNode filter, Outlet outlet) {
    this.id = id;
    this.filter = filter;
    this.outlet = outlet;
  }

  @Override
  public void changed(Change change) {
    if (wants(change)) {
      events.offer(new Event.Told(change)); // A client that reads nothing misses something.
    }
  }

  private boolean wants(Change change) {
    return switch (change) {
      case ListChanged(String list) -> filter.path(list + "ListChanged").asBoolean();
      case ResourceUpdated(String uri) -> watched().contains(uri);
      case TaskChanged(ObjectNode task) ->
          strings("taskIds").contains(task.path("taskId").asText());
      case ElicitationComplete _ -> false;
    };
  }

  @Override
  public Set<String> watched() {
    return strings("resourceSubscriptions");
  }

  private Set<String> strings(String member) {
    Set<String> strings = new TreeSet<>();
    filter.path(member).forEach(string -> strings.add(string.asText()));
    return strings;
  }

  void end() {
    events.offer(new Event.End());
  }

  void cancel() {
    events.clear(); // So that there is room.
    events.offer(new Event.Cancelled());
  }

  ObjectNode serve(Duration keepAlive) throws CallCancelled {
    tell("notifications/subscriptions/acknowledged", acknowledged());
    while (true) {
      switch (next(keepAlive)) {
        case null -> outlet.keepAlive();
        case Event.Told(Change change) -> tell(change.method(), change.params());
        case Event.Cancelled _ -> throw new CallCancelled();
        case Event.End _ -> {
          return tagged(Json.object());
        }
      }
    }
  }

  private @Nullable Event next(Duration keepAlive) throws CallCancelled {
    try {
      return events.poll(keepAlive.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new CallCancelled();
    }
  }

  private ObjectNode acknowledged() {
    ObjectNode params = Json.object();
    ObjectNode honoured = params.putObject("notifications");
    for (String list : new String[] {"tools", "prompts", "resources"}) {
      if (filter.path(list + "ListChanged").asBoolean()) {
        honoured.put(list + "ListChanged", true);
      }
    }
    for (String member : new String[] {"resourceSubscriptions", "taskIds"}) {
      if (filter.has(member)) {
        ArrayNode honouredStrings = honoured.putArray(member);
        strings(member).forEach(honouredStrings::add);
      }
    }
    return params;
  }

  private void tell(String method, ObjectNode params) {
    outlet.send(Messages.notification(method, tagged(params)));
  }

  private ObjectNode tagged(ObjectNode params) {
    params.withObjectProperty("_meta").set("io.modelcontextprotocol/subscriptionId", id);
    return params;
  }
}
