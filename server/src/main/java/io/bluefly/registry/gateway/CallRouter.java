package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Balancer;
import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.gateway.Found.Answer;
import io.bluefly.registry.gateway.Found.Candidates;
import io.bluefly.registry.gateway.Found.Refusal;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.Lease;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the connection and a lease for a request, or answers it: with what the registry knows
 * itself, or with why nobody can serve it. Begins to measure calls.
 */
final class CallRouter {
  private final Vertx vertx;
  private final Connections connections;
  private final Upstreams upstreams;
  private final Catalogue catalogue;
  private final CallMetrics metrics;
  private final Balancer balancer;
  private final PoolRouter pools;
  private final PoolSeals seals;
  private final Duration patience;

  CallRouter(Vertx vertx, Gateway parts) {
    this.vertx = vertx;
    this.connections = parts.connections();
    this.upstreams = parts.upstreams();
    this.catalogue = parts.catalogue();
    this.metrics = parts.metrics();
    this.balancer = parts.balancer();
    this.pools = parts.pools();
    this.seals = parts.seals();
    this.patience = parts.settings().openPatience();
  }

  /** Why there is nothing at {@code address}, or null when there is. */
  @Nullable String missing(Address address) {
    return switch (address) {
      case OneConnection one -> {
        Connection connection = connections.find(one.id()).orElse(null);
        boolean server =
            connection != null && !connection.isDisconnected() && connection.isServer();
        yield server ? null : "there is no server '" + one.id() + "'; GET /connections lists them";
      }
      case OnePool pool ->
          pools.knows(pool)
              ? null
              : "there is no pool '"
                  + pool.name()
                  + "' with a server; GET /connections shows the pool of each";
      case AllPools _ -> null;
    };
  }

  /**
   * Goes on, on this event loop, with a connection and a lease for the request; or answers it.
   *
   * @param bound ids of connections that the client is bound to already
   */
  void route(ClientRequest client, Set<String> bound, Consumer<Routed> then) {
    switch (client.address()) {
      case OneConnection one -> toOne(client, one, then);
      case OnePool _, AllPools _ -> {
        switch (pools.find(client.address(), client.message())) {
          case Candidates found -> new Search(client, found.request(), bound, then).among(found);
          case Answer answer ->
              client
                  .reply()
                  .finish(200, RpcReply.result(client.message().idText(), answer.result()));
          case Refusal refusal -> client.refuse(refusal.code(), refusal.message());
        }
      }
    }
  }

  private void toOne(ClientRequest client, OneConnection one, Consumer<Routed> then) {
    RpcMessage request = client.message();
    Connection connection = connections.find(one.id()).orElse(null);
    if (connection == null) {
      client.refuse(RpcCode.INVALID_REQUEST, String.valueOf(missing(one)));
      return;
    }
    if (!catalogue.permission(connection, request).allowed()) {
      client.refuse(RpcCode.INVALID_PARAMS, notDeclared(connection, request));
      return;
    }
    byte[] list = DeclaredLists.answer(connection, request, catalogue);
    if (list != null) {
      client.reply().finish(200, list);
    } else {
      new Search(client, request, Set.of(), then).among(List.of(connection), null);
    }
  }

  private static String notDeclared(Connection connection, RpcMessage request) {
    String what = request.target() == null ? request.method() : request.target();
    return "'"
        + what
        + "' is not among the verified capabilities of connection "
        + connection.name();
  }

  /** A request that is passed on from now; it counts until it is completed. */
  ForwardedCall begin(Routed routed) {
    Capability capability = routed.capability();
    return new ForwardedCall(
        routed.request(),
        routed.lease(),
        metrics.begin(routed.connection().id(), capability == null ? null : capability.name()));
  }

  /** The way from candidates to a lease: the best first, the next when it turns out to be away. */
  private final class Search {
    private final ClientRequest client;
    private final RpcMessage request;
    private final Set<String> bound;
    private final Consumer<Routed> then;
    private final Context context = vertx.getOrCreateContext();

    Search(ClientRequest client, RpcMessage request, Set<String> bound, Consumer<Routed> then) {
      this.client = client;
      this.request = request;
      this.bound = bound;
      this.then = then;
    }

    void among(Candidates found) {
      List<Connection> allowed = found.connections().stream().filter(this::isAllowed).toList();
      if (allowed.isEmpty() && !found.connections().isEmpty()) {
        client.refuse(RpcCode.INVALID_PARAMS, notDeclared(found.connections().getFirst(), request));
      } else {
        among(allowed, null);
      }
    }

    private boolean isAllowed(Connection candidate) {
      return catalogue.permission(candidate, request).allowed();
    }

    void among(List<Connection> left, @Nullable String why) {
      Connection best = balancer.pick(left, bound).orElse(null);
      if (best == null) {
        client.unavailable(why == null ? "no server can take the request now" : why);
        return;
      }
      Upstream upstream = upstreams.find(best.id()).orElse(null);
      if (upstream == null || best.status() == ConnectionStatus.IDLE) {
        others(left, best, "connection " + best.name() + " is idle and takes no calls");
        return;
      }
      upstream
          .acquire(patience)
          .whenComplete((lease, error) -> {
            if (context.equals(Vertx.currentContext())) {
              goOn(left, best, lease, error);
            } else {
              context.runOnContext(_ -> goOn(left, best, lease, error));
            }
          });
    }

    private void others(List<Connection> left, Connection tried, String why) {
      among(left.stream().filter(c -> !c.id().equals(tried.id())).toList(), why);
    }

    private void goOn(
        List<Connection> left,
        Connection connection,
        @Nullable Lease lease,
        @Nullable Throwable error) {
      if (lease == null) {
        others(left, connection, error == null ? "it is away" : String.valueOf(error.getMessage()));
      } else if (client.reply().isOver()) {
        lease.complete(); // The client left while it waited.
      } else {
        Capability capability = catalogue.permission(connection, request).capability();
        boolean pooled = !(client.address() instanceof OneConnection);
        then.accept(new Routed(connection, lease, request, capability, pooled ? seals : null));
      }
    }
  }
}
