package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.ResourceSubscription;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.UpstreamSession;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The resources whose changes somebody wants to hear of: one subscription at a server serves all
 * who listen. A server that comes back is asked again.
 */
final class Subscriptions {
  private record Key(String connectionId, String uri) {}

  private final Audience audience;
  private final Connections connections;
  private final Map<Key, ResourceSubscription> open = new ConcurrentHashMap<>();

  Subscriptions(Audience audience, Connections connections, EventBus bus) {
    this.audience = audience;
    this.connections = connections;
    bus.subscribe(UpstreamEvent.Opened.class, e -> renew(e.connectionId(), e.session()));
    bus.subscribe(UpstreamEvent.Closed.class, e -> forget(e.connectionId()));
  }

  /** Subscribes at one server, unless that is done; completes with its answer. */
  CompletableFuture<RpcMessage> subscribe(
      String connectionId, UpstreamSession session, String uri) {
    Key key = new Key(connectionId, uri);
    ResourceSubscription known =
        open.compute(
            key,
            (_, there) -> there != null && there.session() == session ? there : open(key, session));
    known
        .confirmed()
        .whenComplete((answer, _) -> {
          if (answer == null || answer.error() != null) {
            open.remove(key, known);
          }
        });
    return known.confirmed();
  }

  private ResourceSubscription open(Key key, UpstreamSession session) {
    return ResourceSubscription.open(
        session, key.uri, message -> audience.notified(key.connectionId, message));
  }

  /** Nobody at {@code address} needs the resource any more, or one less does. */
  void release(Address address, String uri) {
    for (Map.Entry<Key, ResourceSubscription> entry : List.copyOf(open.entrySet())) {
      Key key = entry.getKey();
      Connection connection = connections.find(key.connectionId).orElse(null);
      if (key.uri.equals(uri)
          && connection != null
          && address.covers(connection)
          && !isWanted(connection, uri)
          && open.remove(key, entry.getValue())) {
        entry.getValue().close();
      }
    }
  }

  private boolean isWanted(Connection connection, String uri) {
    return audience.of(connection).anyMatch(hearer -> hearer.uris().contains(uri));
  }

  private void renew(String connectionId, UpstreamSession fresh) {
    @Nullable Connection connection = connections.find(connectionId).orElse(null);
    if (connection != null) {
      TreeSet<String> wanted = new TreeSet<>();
      audience.of(connection).forEach(hearer -> wanted.addAll(hearer.uris()));
      wanted.forEach(uri -> subscribe(connectionId, fresh, uri));
    }
  }

  private void forget(String connectionId) {
    open.keySet().removeIf(key -> key.connectionId.equals(connectionId));
  }
}
