package io.bluefly.registry.timeline;

import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.events.Event;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.health.HealthEvent;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What has happened to each connection since the registry was started: the newest {@value #MOST}
 * entries each, fewer where there are so many connections that it would be over {@value
 * #MOST_IN_ALL} in all, but {@value #LEAST}. What repeats itself with nothing between is one entry.
 * A connection's entries go with its tombstone.
 */
public final class Timeline {
  /** Entries that a connection has at most. */
  public static final int MOST = 100;

  static final int LEAST = 10;
  static final int MOST_IN_ALL = 100_000;

  private final EventBus bus;
  private final Map<String, Entries> byConnection = new ConcurrentHashMap<>();

  /** Listens from now on; before others do, who may tell of what they do in answer to an event. */
  public Timeline(EventBus bus) {
    this.bus = bus;
    bus.subscribe(
        ConnectionEvent.Registered.class,
        e -> byConnection.computeIfAbsent(e.connectionId(), _ -> new Entries()));
    on(ConnectionEvent.Registered.class, Stories::registered);
    on(ConnectionEvent.Updated.class, Stories::updated);
    on(ConnectionEvent.StatusChanged.class, Stories::status);
    on(ConnectionEvent.Disconnected.class, Stories::disconnected);
    on(HealthEvent.Changed.class, Stories::health);
    on(UpstreamEvent.Opened.class, Stories::opened);
    on(UpstreamEvent.Down.class, Stories::down);
    on(UpstreamEvent.Closed.class, _ -> Story.of("closed", "Its calls and its server have ended"));
    on(CapabilityEvent.Changed.class, Stories::capabilities);
    on(CapabilityEvent.DefinitionsDiffer.class, Stories::definitions);
    on(CapabilityEvent.DefinitionsApproved.class, Stories::approved);
    on(UpstreamEvent.Started.class, Stories::started);
    on(UpstreamEvent.Exited.class, Stories::exited);
    on(
        UpstreamEvent.Asleep.class,
        _ -> Story.of("asleep", "Nobody called: it sleeps until a call"));
    on(UpstreamEvent.Scaled.class, Stories::scaled);
    on(UpstreamEvent.CrashLoop.class, Stories::crashLoop);
    on(UpstreamEvent.CrashLoopOver.class, _ -> Story.of("crash-loop-over", "It has stayed open"));
    on(EjectionEvent.Ejected.class, Stories::ejected);
    on(EjectionEvent.Returned.class, Stories::returned);
    bus.subscribe(ConnectionEvent.Purged.class, e -> byConnection.remove(e.connectionId()));
  }

  /** Has each event of {@code type} told as {@code story} says; null: not at all. */
  private <E extends Event> void on(Class<E> type, Function<E, @Nullable Story> story) {
    bus.subscribe(type, event -> add(event, story.apply(event)));
  }

  private void add(Event event, @Nullable Story story) {
    Entries entries = byConnection.get(event.connectionId());
    if (story != null && entries != null) {
      entries.add(event.timestamp(), story, most());
    }
  }

  private int most() {
    return Math.clamp(MOST_IN_ALL / Math.max(1, byConnection.size()), LEAST, MOST);
  }

  /** What happened to a connection, the newest first, at most {@code limit} entries. */
  public List<Entry> of(String connectionId, int limit) {
    Entries entries = byConnection.get(connectionId);
    return entries == null ? List.of() : entries.newest(limit);
  }
}
