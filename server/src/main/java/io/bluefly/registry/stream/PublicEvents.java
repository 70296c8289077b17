package io.bluefly.registry.stream;

import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.capabilities.ToolChange;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.events.Event;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventText;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.Happening;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.health.HealthEvent;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The table from what features tell each other to what the world is told. */
public final class PublicEvents {
  private static final String CHANGE = "change";

  /** Tools that an event names; thousands of events are kept. */
  private static final int MOST_TOOLS = 20;

  private final EventBus bus;
  private final EventInbox inbox;
  private final Connections connections;

  /** Listens from now on, and hands in at {@code inbox}. */
  public PublicEvents(EventBus bus, Connections connections, EventInbox inbox) {
    this.bus = bus;
    this.inbox = inbox;
    this.connections = connections;
    on(ConnectionEvent.Registered.class, this::registered);
    on(ConnectionEvent.Updated.class, this::updated);
    on(ConnectionEvent.StatusChanged.class, this::status);
    on(HealthEvent.Heard.class, this::health);
    on(CapabilityEvent.Changed.class, this::capabilities);
    on(CapabilityEvent.DefinitionsDiffer.class, this::definitions);
    on(CapabilityEvent.DefinitionsApproved.class, this::approved);
    on(EjectionEvent.Ejected.class, this::ejected);
    on(EjectionEvent.Returned.class, this::returned);
    on(UpstreamEvent.Started.class, e -> process(e, "started").with("pid", e.pid()));
    on(UpstreamEvent.Exited.class, this::exited);
    on(UpstreamEvent.CrashLoop.class, this::crashLoop);
    on(UpstreamEvent.CrashLoopOver.class, e -> process(e, "crash-loop-over"));
    on(UpstreamEvent.Scaled.class, this::scaled);
    on(UpstreamEvent.Asleep.class, e -> process(e, "asleep"));
  }

  /** Has each event of {@code type} told as {@code row} says; null: not at all. */
  private <E extends Event> void on(Class<E> type, Function<E, @Nullable Happening> row) {
    bus.subscribe(
        type,
        event -> {
          Happening happening = row.apply(event);
          if (happening != null) {
            inbox.publish(happening);
          }
        });
  }

  private Happening about(EventType type, Event event) {
    String pool = connections.find(event.connectionId()).map(PublicEvents::pool).orElse(null);
    return Happening.of(type, event.connectionId(), pool, event.timestamp());
  }

  private static Happening about(EventType type, ConnectionEvent event) {
    Connection connection = event.connection();
    return Happening.of(type, connection.id(), pool(connection), event.timestamp())
        .with("name", connection.name());
  }

  private static String pool(Connection connection) {
    return connection.registration().pool();
  }

  /** Not of those that were found in the store at the start. */
  private @Nullable Happening registered(ConnectionEvent.Registered event) {
    Connection connection = event.connection();
    return event.timestamp().equals(connection.createdAt())
        ? about(EventType.CONNECTION_REGISTERED, event)
            .withStatus(connection.status().wire())
            .with("status", connection.status().wire())
            .with("protocol", connection.registration().protocol().wire())
        : null;
  }

  private @Nullable Happening updated(ConnectionEvent.Updated event) {
    List<String> changed =
        RegistrationJson.changed(event.before().registration(), event.connection().registration());
    if (changed.isEmpty() && !event.reopen()) {
      return null; // Its status alone is another: that is an event of its own.
    }
    String status = event.connection().status().wire();
    return about(EventType.CONNECTION_UPDATED, event)
        .withStatus(status)
        .with("status", status)
        .with("changed", changed)
        .with("reopened", event.reopen());
  }

  private Happening status(ConnectionEvent.StatusChanged event) {
    String status = event.connection().status().wire();
    return about(EventType.CONNECTION_STATUS, event)
        .withStatus(status)
        .with("status", status)
        .with("before", event.before().wire());
  }

  private Happening health(HealthEvent.Heard event) {
    String health = event.health().status().wire();
    FailureReason reason = event.health().reason();
    return about(EventType.HEALTH_CHECK, event)
        .withStatus(health)
        .with("health", health)
        .with("responseTime", event.health().responseTime())
        .with("before", event.before().wire())
        .with("cause", event.cause().wire())
        .with("reason", reason == null ? null : reason.wire())
        .with("message", event.health().message());
  }

  private @Nullable Happening capabilities(CapabilityEvent.Changed event) {
    return event.kinds().isEmpty()
        ? null
        : about(EventType.CAPABILITY_CHANGED, event)
            .with("kinds", event.kinds().stream().map(kind -> kind.wire() + "s").sorted().toList());
  }

  private Happening definitions(CapabilityEvent.DefinitionsDiffer event) {
    return about(EventType.DEFINITION_CHANGED, event)
        .with(CHANGE, "found")
        .with("policy", event.policy().wire())
        .with("tools", event.tools().stream().limit(MOST_TOOLS).map(PublicEvents::tool).toList())
        .with("total", event.tools().size());
  }

  private static Map<String, Object> tool(ToolChange tool) {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("name", EventText.cut(tool.name()));
    told.put("kind", tool.kind() == null ? "flagged" : tool.kind().wire());
    told.put("flags", tool.flags().stream().map(flag -> flag.kind().wire()).distinct().toList());
    return told;
  }

  private Happening approved(CapabilityEvent.DefinitionsApproved event) {
    return about(EventType.DEFINITION_CHANGED, event)
        .with(CHANGE, "approved")
        .with("by", event.by())
        .with(
            "tools",
            event.tools().stream()
                .limit(MOST_TOOLS)
                .map(name -> Map.of("name", EventText.cut(name)))
                .toList())
        .with("total", event.tools().size());
  }

  private Happening ejected(EjectionEvent.Ejected event) {
    return about(EventType.EJECTION, event)
        .with(CHANGE, "ejected")
        .with("instance", event.instance())
        .with("reason", event.reason())
        .with("until", event.until().toString())
        .with("whole", event.whole());
  }

  private Happening returned(EjectionEvent.Returned event) {
    return about(EventType.EJECTION, event)
        .with(CHANGE, "returned")
        .with("instance", event.instance());
  }

  private Happening process(Event event, String change) {
    return about(EventType.PROCESS, event).with(CHANGE, change);
  }

  private Happening exited(UpstreamEvent.Exited event) {
    return process(event, "exited")
        .with("pid", event.pid())
        .with("how", event.how())
        .with("lastWords", event.lastWords());
  }

  private Happening crashLoop(UpstreamEvent.CrashLoop event) {
    return process(event, "crash-loop")
        .with("reason", event.reason().wire())
        .with("message", event.message());
  }

  private Happening scaled(UpstreamEvent.Scaled event) {
    return process(event, "scaled").with("from", event.from()).with("to", event.to());
  }
}
