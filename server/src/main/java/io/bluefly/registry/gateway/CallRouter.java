package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.Lease;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamSession;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the upstream for a request, or says why there is none; begins to measure its calls. */
final class CallRouter {
  private final Vertx vertx;
  private final Upstreams upstreams;
  private final Catalogue catalogue;
  private final CallMetrics metrics;
  private final Duration patience;

  CallRouter(Vertx vertx, Gateway parts) {
    this.vertx = vertx;
    this.upstreams = parts.upstreams();
    this.catalogue = parts.catalogue();
    this.metrics = parts.metrics();
    this.patience = parts.settings().openPatience();
  }

  /** Refuses what the registration does not allow; lists are answered with what it does. */
  boolean isAnsweredByRegistration(ClientRequest client, RpcMessage message) {
    if (!catalogue.permission(client.connection(), message.method(), message.target()).allowed()) {
      client
          .reply()
          .error(
              200,
              message.idText(),
              RpcCode.INVALID_PARAMS,
              "'"
                  + message.target()
                  + "' is not among the verified capabilities of connection "
                  + client.connection().name());
      return true;
    }
    byte[] list = DeclaredLists.answer(client.connection(), message, catalogue);
    if (list != null) {
      client.reply().finish(200, list);
    }
    return list != null;
  }

  /** A request that is passed on from now; it counts until it is completed. */
  ForwardedCall begin(ClientRequest client, RpcMessage message, Lease lease) {
    String capability =
        catalogue.permission(client.connection(), message.method(), message.target()).capability();
    return new ForwardedCall(message, lease, metrics.begin(client.connection().id(), capability));
  }

  /** Goes on, on this event loop, with a lease that {@code then} completes. */
  void withLease(ClientRequest client, RpcMessage message, BiConsumer<Upstream, Lease> then) {
    Upstream upstream = upstreams.find(client.connection().id()).orElse(null);
    if (upstream == null || client.connection().status() == ConnectionStatus.IDLE) {
      unavailable(
          client,
          message.idText(),
          "connection " + client.connection().name() + " is idle and takes no calls");
      return;
    }
    Context context = vertx.getOrCreateContext();
    upstream
        .acquire(patience)
        .whenComplete((lease, error) -> {
          if (lease == null) {
            unavailable(client, message.idText(), error.getMessage());
          } else if (context.equals(Vertx.currentContext())) {
            goOn(client, upstream, lease, then);
          } else {
            context.runOnContext(_ -> goOn(client, upstream, lease, then));
          }
        });
  }

  private static void goOn(
      ClientRequest client, Upstream upstream, Lease lease, BiConsumer<Upstream, Lease> then) {
    if (client.reply().isOver()) {
      lease.complete(); // The client left while it waited.
    } else {
      then.accept(upstream, lease);
    }
  }

  /** Goes on with a session, for what is no call and needs no lease. */
  void withSession(ClientRequest client, Consumer<UpstreamSession> then) {
    UpstreamSession session =
        upstreams.find(client.connection().id()).flatMap(Upstream::session).orElse(null);
    if (session == null) {
      unavailable(client, "null", "the server can't be used now");
    } else {
      then.accept(session);
    }
  }

  private static void unavailable(ClientRequest client, String idText, @Nullable String why) {
    client.reply().header("retry-after", "1");
    client.reply().error(503, idText, RpcCode.UPSTREAM_UNAVAILABLE, String.valueOf(why));
  }
}
