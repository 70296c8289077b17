package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.ServerFeatures;
import io.bluefly.registry.protocol.SubscriptionFilter;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.UpstreamSession;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The {@code subscriptions/listen} of modern clients where no single modern server can answer them:
 * at pools, and at connections whose server is legacy.
 */
final class ModernListeners {
  private static final int MAX_OPEN = 10_000;
  private static final int MAX_URIS = 100;

  private final PoolRouter pools;
  private final Upstreams upstreams;
  private final Catalogue catalogue;
  private final Audience audience;
  private final Subscriptions subscriptions;
  private final Set<ModernListener> open = ConcurrentHashMap.newKeySet();

  ModernListeners(
      PoolRouter pools,
      Upstreams upstreams,
      Catalogue catalogue,
      Audience audience,
      Subscriptions subscriptions,
      EventBus bus) {
    this.pools = pools;
    this.upstreams = upstreams;
    this.catalogue = catalogue;
    this.audience = audience;
    this.subscriptions = subscriptions;
    bus.subscribe(UpstreamEvent.Closed.class, e -> ended(e.connectionId()));
  }

  /** Answers a {@code subscriptions/listen}: subscribes, acknowledges, and goes on. */
  void open(ClientRequest client) {
    SubscriptionFilter asked;
    try {
      asked = SubscriptionFilter.of(client.message());
    } catch (MalformedMessageException e) {
      client.refuse(RpcCode.INVALID_PARAMS, String.valueOf(e.getMessage()));
      return;
    }
    if (open.size() >= MAX_OPEN || asked.uris().size() > MAX_URIS) {
      client.refuse(
          503,
          RpcCode.UPSTREAM_UNAVAILABLE,
          "at most "
              + MAX_OPEN
              + " streams may be open, each with "
              + MAX_URIS
              + " resources; listen for less");
      return;
    }
    ModernListener listener = new ModernListener(client, new HashSet<>(asked.uris()));
    ClientExchange http = client.http();
    if (http != null) {
      http.last();
    }
    open.add(listener);
    audience.add(listener);
    client.reply().onClientGone(() -> remove(listener));
    subscribe(client, asked.uris())
        .thenAccept(subscribed -> listener.acknowledge(honoured(client, asked, subscribed)));
  }

  /** Completes with the URIs for which at least one server has said yes. */
  private CompletableFuture<List<String>> subscribe(ClientRequest client, List<String> uris) {
    List<String> subscribed = java.util.Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (String uri : uris) {
      for (CompletableFuture<RpcMessage> answer : subscribe(client, uri)) {
        answers.add(
            answer.handle((message, _) -> {
              if (message != null && message.error() == null && !subscribed.contains(uri)) {
                subscribed.add(uri);
              }
              return null;
            }));
      }
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(_ -> List.copyOf(subscribed));
  }

  /** Asks each open server that has the resource and may be used for it. */
  List<CompletableFuture<RpcMessage>> subscribe(ClientRequest client, String uri) {
    List<Connection> offering = pools.offering(client.address(), client.scope(), uri);
    List<Connection> those =
        offering.isEmpty() ? pools.members(client.address(), client.scope()) : offering;
    List<CompletableFuture<RpcMessage>> answers = new ArrayList<>();
    for (Connection connection : those) {
      if (!catalogue.maySubscribe(connection, uri)) {
        continue;
      }
      session(connection)
          .filter(session -> ServerFeatures.of(session.server().capabilities()).resources())
          .ifPresent(
              session -> answers.add(subscriptions.subscribe(connection.id(), session, uri)));
    }
    return answers;
  }

  private Optional<UpstreamSession> session(Connection connection) {
    return upstreams.find(connection.id()).flatMap(Upstream::session);
  }

  private SubscriptionFilter honoured(
      ClientRequest client, SubscriptionFilter asked, List<String> subscribed) {
    if (!(client.address() instanceof Address.OneConnection)) {
      return asked.only(true, true, true, subscribed);
    }
    ServerFeatures features =
        pools.members(client.address(), client.scope()).stream()
            .map(this::session)
            .flatMap(Optional::stream)
            .map(session -> ServerFeatures.of(session.server().capabilities()))
            .reduce(ServerFeatures.NONE, ServerFeatures::or);
    return asked.only(features.tools(), features.prompts(), features.resources(), subscribed);
  }

  private void remove(ModernListener listener) {
    open.remove(listener);
    audience.remove(listener);
    listener.uris().forEach(uri -> subscriptions.release(listener.address(), uri));
  }

  private void ended(String connectionId) {
    for (ModernListener listener : open) {
      if (listener.address().equals(new Address.OneConnection(connectionId))) {
        listener.end();
        remove(listener);
      }
    }
  }

  /** Ends those of who may do nothing any more. */
  void endRevoked(Instant now) {
    for (ModernListener listener : open) {
      if (!listener.principal().isCurrent(now)) {
        listener.end();
        remove(listener);
      }
    }
  }

  /** Ends all of them. */
  void close() {
    open.forEach(listener -> {
      listener.end();
      remove(listener);
    });
  }
}
