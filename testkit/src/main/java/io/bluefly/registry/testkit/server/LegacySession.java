package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** One client of 2024-11-05 to 2025-11-25, from {@code initialize} on. */
final class LegacySession implements Listeners.Listener {
  private final ServerState state;
  private final String id;
  private final Outlet general;
  private final Calls calls;
  private final AtomicLong asked = new AtomicLong();
  private final Map<String, CompletableFuture<ObjectNode>> unanswered = new ConcurrentHashMap<>();
  private final Set<String> watched = ConcurrentHashMap.newKeySet();
  private volatile LogLevel level = LogLevel.INFO;
  private volatile ObjectNode client = Json.object();
  private volatile String protocolVersion = "";

  /**
   * @param general where messages go that belong to no call
   */
  LegacySession(ServerState state, String id, Outlet general) {
    this.state = state;
    this.id = id;
    this.general = general;
    this.calls = new Calls(state);
  }

  String id() {
    return id;
  }

  /** Where messages go that belong to no call. */
  Outlet general() {
    return general;
  }

  /** The parameters of {@code initialize}; empty before. */
  ObjectNode client() {
    return client;
  }

  /** Empty before {@code initialize}. */
  String protocolVersion() {
    return protocolVersion;
  }

  boolean logs(LogLevel candidate) {
    return candidate.compareTo(level) >= 0;
  }

  /** Takes any message; what it asks for leaves by {@code outlet}, sooner or later. */
  void receive(Incoming message, Outlet outlet) {
    if (message.isResponse()) {
      answered(message);
    } else if (message.isRequest()) {
      Cancellation cancellation = new Cancellation();
      calls.start(
          message,
          outlet,
          cancellation,
          () -> result(new LegacyExchange(this, message, outlet, cancellation)));
    } else {
      calls.cancel(message);
    }
  }

  private ObjectNode result(Exchange exchange) throws Interruption {
    String method = exchange.request().method();
    return switch (method) {
      case "initialize" -> initialize(exchange.params());
      case "ping" -> Json.object();
      case "logging/setLevel" -> setLevel(exchange.params());
      case "resources/subscribe" -> subscribe(exchange, true);
      case "resources/unsubscribe" -> subscribe(exchange, false);
      default -> feature(exchange);
    };
  }

  private ObjectNode feature(Exchange exchange) throws Interruption {
    if (protocolVersion.isEmpty() && FeatureRequests.knows(exchange.request().method())) {
      throw McpException.invalidRequest("initialize comes first");
    }
    return state.features().result(exchange);
  }

  /** Answers {@code initialize}; from then on the session hears of changes. */
  ObjectNode initialize(ObjectNode params) throws McpException {
    if (!params.path("protocolVersion").isTextual()
        || !params.path("capabilities").isObject()
        || !params.path("clientInfo").isObject()) {
      throw McpException.invalidParams("initialize: version, capabilities and info are required");
    }
    if (!protocolVersion.isEmpty()) {
      throw McpException.invalidRequest("initialized already");
    }
    String wanted = params.path("protocolVersion").asText();
    client = params;
    protocolVersion =
        Era.LEGACY_VERSIONS.contains(wanted) ? wanted : Era.LEGACY_VERSIONS.getFirst();
    state.listeners().add(this);
    ObjectNode result = Json.object().put("protocolVersion", protocolVersion);
    result.set("capabilities", Capabilities.features());
    result.set("serverInfo", Capabilities.serverInfo());
    return result.put("instructions", "A server for tests.");
  }

  private ObjectNode setLevel(ObjectNode params) throws McpException {
    level = LogLevel.of(params.path("level").asText());
    return Json.object();
  }

  private ObjectNode subscribe(Exchange exchange, boolean on) throws McpException {
    String uri = exchange.params().path("uri").asText();
    if (state.catalogue().resource(uri).isEmpty()) {
      throw exchange.resourceNotFound(uri);
    }
    if (on) {
      watched.add(uri);
    } else {
      watched.remove(uri);
    }
    return Json.object();
  }

  @Override
  public void changed(Change change) {
    boolean wanted =
        switch (change) {
          case Change.ListChanged _, Change.ElicitationComplete _ -> true;
          case Change.ResourceUpdated(String uri) -> watched.contains(uri);
          case Change.TaskChanged _ -> false;
        };
    if (wanted) {
      general.send(Messages.notification(change.method(), change.params()));
    }
  }

  @Override
  public Set<String> watched() {
    return Set.copyOf(watched);
  }

  /** Asks the client, outside of any call. */
  CompletableFuture<ObjectNode> ask(String method, ObjectNode params) {
    return send(general, method, params);
  }

  private CompletableFuture<ObjectNode> send(Outlet outlet, String method, ObjectNode params) {
    String key = "server-" + asked.incrementAndGet();
    CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
    unanswered.put(key, answer);
    answer
        .orTimeout(state.options().answer().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((_, _) -> unanswered.remove(key));
    outlet.send(Messages.request(key, method, params));
    return answer;
  }

  /** Asks the client in a call, and waits. */
  ObjectNode ask(Outlet outlet, String method, ObjectNode params, Cancellation cancellation)
      throws Interruption {
    CompletableFuture<ObjectNode> answer = send(outlet, method, params);
    cancellation.onCancel(() -> answer.cancel(false));
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw McpException.internal(
          e.getCause() instanceof TimeoutException
              ? "the client did not answer " + method
              : "the client answered " + method + " with " + e.getCause());
    } catch (InterruptedException | CancellationException e) {
      throw new CallCancelled();
    }
  }

  private void answered(Incoming response) {
    JsonNode key = response.tree().path("id");
    CompletableFuture<ObjectNode> waiting = unanswered.get(key.asText());
    if (waiting == null) {
      return; // Too late, or to nothing we asked.
    }
    if (response.tree().get("result") instanceof ObjectNode result) {
      waiting.complete(result);
    } else {
      waiting.completeExceptionally(
          new IllegalStateException(Json.write(response.tree().path("error"))));
    }
  }

  void close() {
    state.listeners().remove(this);
    calls.cancelAll();
    general.abandon();
  }
}
