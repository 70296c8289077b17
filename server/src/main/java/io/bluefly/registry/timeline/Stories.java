package io.bluefly.registry.timeline;

import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.health.Health;
import io.bluefly.registry.health.HealthEvent;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How events are told; null for what is told by another event. */
final class Stories {
  private static final int MOST_TOOLS = 5;

  private Stories() {}

  static Story registered(ConnectionEvent.Registered event) {
    return event.timestamp().equals(event.connection().createdAt())
        ? Story.of("registered", "Registered as " + event.connection().name())
        : Story.of("loaded", "The registry was started")
            .with("registeredAt", event.connection().createdAt().toString());
  }

  static @Nullable Story updated(ConnectionEvent.Updated event) {
    List<String> changed =
        RegistrationJson.changed(event.before().registration(), event.connection().registration());
    if (changed.isEmpty()) {
      return event.reopen() ? Story.of("updated", "Asked to try again now") : null;
    }
    String fields = String.join(", ", changed);
    String reopened = event.reopen() ? "; the server is opened again" : "";
    return Story.of("updated", "Changed: " + fields + reopened).with("changed", fields);
  }

  static @Nullable Story status(ConnectionEvent.StatusChanged event) {
    ConnectionStatus now = event.connection().status();
    return now == ConnectionStatus.DISCONNECTED
        ? null
        : moved("status", "Status", now.wire(), event.before().wire());
  }

  private static Story moved(String type, String what, String now, String before) {
    return Story.of(type, what + " is " + now + ", was " + before)
        .with("now", now)
        .with("before", before);
  }

  static Story disconnected(ConnectionEvent.Disconnected event) {
    return Story.of(
        "disconnected",
        event.force()
            ? "Disconnected without waiting for calls"
            : "Disconnected; calls in flight may end");
  }

  static Story health(HealthEvent.Changed event) {
    Health health = event.health();
    Story story = moved("health", "Health", health.status().wire(), event.before().wire());
    return health.message() == null ? story : story.with("message", health.message());
  }

  static Story opened(UpstreamEvent.Opened event) {
    ServerInfo server = event.session().server();
    String name = (server.name() + " " + server.version()).strip();
    return Story.of("opened", (name.isEmpty() ? "The server" : name) + " is open")
        .with("server", server.name())
        .with("version", server.version())
        .with("protocolVersion", server.protocolVersion())
        .with("handshake", event.millis());
  }

  static Story down(UpstreamEvent.Down event) {
    return Story.of("down", event.message()).with("reason", event.reason().wire());
  }

  static @Nullable Story capabilities(CapabilityEvent.Changed event) {
    String kinds =
        event.kinds().stream()
            .map(kind -> kind.name().toLowerCase(Locale.ROOT) + "s")
            .sorted()
            .collect(Collectors.joining(", "));
    return kinds.isEmpty()
        ? null
        : Story.of("capabilities", "What it offers has changed: " + kinds).with("kinds", kinds);
  }

  static Story definitions(CapabilityEvent.DefinitionsDiffer event) {
    String tools =
        event.tools().stream()
            .limit(MOST_TOOLS)
            .map(tool ->
                tool.name()
                    + (tool.kind() == null ? " (flagged)" : " (" + tool.kind().wire() + ")"))
            .collect(Collectors.joining(", "));
    return Story.of("definitions", "Definitions of tools need a look: " + tools)
        .with("policy", event.policy().wire())
        .with("tools", event.tools().size());
  }

  static Story approved(CapabilityEvent.DefinitionsApproved event) {
    String tools = event.tools().stream().limit(MOST_TOOLS).collect(Collectors.joining(", "));
    return Story.of("approved", "Definitions of tools were approved: " + tools)
        .with("by", event.by())
        .with("tools", event.tools().size());
  }

  static Story started(UpstreamEvent.Started event) {
    return Story.of("started", "Process " + event.pid() + " was started").with("pid", event.pid());
  }

  static Story exited(UpstreamEvent.Exited event) {
    Story story =
        Story.of("exited", "Process " + event.pid() + " " + event.how()).with("pid", event.pid());
    return event.lastWords().isEmpty()
        ? story
        : story.with("lastWords", String.join("\n", event.lastWords()));
  }

  static Story scaled(UpstreamEvent.Scaled event) {
    return Story.of("scaled", event.to() + " instances, were " + event.from())
        .with("to", event.to())
        .with("from", event.from());
  }

  static Story crashLoop(UpstreamEvent.CrashLoop event) {
    return Story.of("crash-loop", "It ends soon after each start: " + event.message())
        .with("reason", event.reason().wire());
  }

  static Story ejected(EjectionEvent.Ejected event) {
    return Story.of("ejected", "Instance " + event.instance() + " is ejected: " + event.reason())
        .with("instance", event.instance())
        .with("until", event.until().toString());
  }

  static Story returned(EjectionEvent.Returned event) {
    return Story.of("returned", "Instance " + event.instance() + " is in rotation again")
        .with("instance", event.instance());
  }
}
