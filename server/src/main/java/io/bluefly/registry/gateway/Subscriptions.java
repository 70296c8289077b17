package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.ResourceListen;
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
 * who listen, in one session until that closes. A server that comes back is asked again.
 */
final class Subscriptions {
  private final Audience audience;
  private final Connections connections;

  /** By connection, then by URI. */
  private final Map<String, Map<String, ResourceSubscription>> open = new ConcurrentHashMap<>();

  /** What modern servers are listened to by. */
  private final Map<UpstreamSession, ResourceListen> listens = new ConcurrentHashMap<>();

  Subscriptions(Audience audience, Connections connections, EventBus bus) {
    this.audience = audience;
    this.connections = connections;
    bus.subscribe(UpstreamEvent.Opened.class, e -> renew(e.connectionId(), e.session()));
    bus.subscribe(UpstreamEvent.Retired.class, e -> renew(e.connectionId(), e.session()));
    bus.subscribe(UpstreamEvent.Closed.class, e -> open.remove(e.connectionId()));
  }

  /**
   * Subscribes at one server, unless that is done in whichever of its sessions; completes with its
   * answer.
   */
  CompletableFuture<RpcMessage> subscribe(
      String connectionId, UpstreamSession session, String uri) {
    Map<String, ResourceSubscription> there =
        open.computeIfAbsent(connectionId, _ -> new ConcurrentHashMap<>());
    RpcMessage refusal = there.containsKey(uri) ? null : ResourceListen.refusal(uri, there.size());
    if (refusal != null) {
      return CompletableFuture.completedFuture(refusal);
    }
    ResourceSubscription known =
        there.compute(
            uri,
            (_, before) ->
                before != null && before.isOpen() ? before : open(connectionId, session, uri));
    known
        .confirmed()
        .whenComplete((answer, _) -> {
          if (answer == null || answer.error() != null) {
            there.remove(uri, known);
          }
        });
    return known.confirmed();
  }

  private ResourceSubscription open(String connectionId, UpstreamSession session, String uri) {
    if (session.server().era() == Era.LEGACY) {
      return ResourceSubscription.open(session, uri, _ -> {});
    }
    return listens.computeIfAbsent(session, _ -> listen(connectionId, session)).subscribe(uri);
  }

  private ResourceListen listen(String connectionId, UpstreamSession session) {
    ResourceListen listen =
        new ResourceListen(session, message -> audience.notified(connectionId, message));
    session.closed().thenRunAsync(() -> listens.remove(session));
    return listen;
  }

  /** Nobody at {@code address} needs the resource any more, or one less does. */
  void release(Address address, String uri) {
    for (Map.Entry<String, Map<String, ResourceSubscription>> entry :
        List.copyOf(open.entrySet())) {
      Connection connection = connections.find(entry.getKey()).orElse(null);
      ResourceSubscription known = entry.getValue().get(uri);
      if (known != null
          && connection != null
          && address.covers(connection)
          && !isWanted(connection, uri)
          && entry.getValue().remove(uri, known)) {
        known.close();
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
}
