package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Balancer;
import io.bluefly.registry.balancing.Lease;
import io.bluefly.registry.balancing.Search;
import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.Catalogue.Permission;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventInbox;
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
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.RateLimit;
import io.bluefly.registry.security.Scope;
import io.bluefly.registry.telemetry.Attempt;
import io.bluefly.registry.telemetry.Trace;
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
  /** The answer's header that names the connection which served it. */
  static final String SERVED_BY = "mcp-registry-connection";

  private static final int TOO_MANY_REQUESTS = 429;

  private final Vertx vertx;
  private final Connections connections;
  private final Catalogue catalogue;
  private final CallMetrics metrics;
  private final EventInbox events;
  private final Balancer balancer;
  private final PoolRouter pools;
  private final PoolSeals seals;
  private final Permitted permitted;
  private final CallAudit audit;
  private final ClientLimits limits;

  CallRouter(Vertx vertx, Gateway parts, ClientLimits limits) {
    this.vertx = vertx;
    this.limits = limits;
    this.connections = parts.connections();
    this.catalogue = parts.catalogue();
    this.metrics = parts.metrics();
    this.events = parts.events();
    this.balancer = parts.balancer();
    this.pools = parts.pools();
    this.seals = parts.seals();
    this.permitted = parts.permitted();
    this.audit = parts.audit();
  }

  /** Why there is nothing at {@code address} for who sees {@code scope}, or null when there is. */
  @Nullable String missing(Address address, Scope scope) {
    return switch (address) {
      case OneConnection one -> {
        Connection connection = connections.find(one.id()).orElse(null);
        boolean server =
            connection != null
                && !connection.isDisconnected()
                && connection.isServer()
                && scope.covers(connection.id(), connection.registration().pool());
        yield server ? null : "there is no server '" + one.id() + "'; GET /connections lists them";
      }
      case OnePool pool ->
          pools.knows(pool, scope)
              ? null
              : "there is no pool '"
                  + pool.name()
                  + "' with a server; GET /connections shows the pool of each";
      case AllPools _ -> null;
    };
  }

  /** Whether a request is one too many of its key; then the client was told. */
  boolean isTooMuch(ClientRequest client) {
    RateLimit keys = limits.keys();
    int seconds = keys.take(client.principal().id());
    if (seconds > 0) {
      String rule =
          "this key may send " + keys.amount() + " requests per second (limits.requests-per-key)";
      tooMuch(client, rule, seconds);
    }
    return seconds > 0;
  }

  private boolean isTooMuch(ClientRequest client, String pool) {
    RateLimit pools = limits.pools();
    int seconds = pools.take(pool);
    if (seconds > 0) {
      String rule =
          "this pool takes " + pools.amount() + " requests per second (limits.requests-per-pool)";
      tooMuch(client, rule, seconds);
    }
    return seconds > 0;
  }

  private static void tooMuch(ClientRequest client, String rule, int seconds) {
    client.reply().header("retry-after", Integer.toString(seconds));
    client.refuse(TOO_MANY_REQUESTS, RpcCode.OVERLOADED, rule + "; try again in " + seconds + " s");
  }

  /**
   * Goes on, on this event loop, with an instance for the request; or answers it.
   *
   * @param session the client's legacy session, where it has one
   */
  void route(ClientRequest client, @Nullable LegacySession session, Consumer<Routed> then) {
    if (!audit.takes(client.message())) {
      find(client, session, then);
      return;
    }
    Context context = vertx.getOrCreateContext();
    audit
        .begin(client)
        .thenAccept(written ->
            context.runOnContext(_ -> {
              if (written) {
                find(client, session, then);
              } else {
                client.refuse(
                    503,
                    RpcCode.UPSTREAM_UNAVAILABLE,
                    "the audit log can't be written, and nothing is called without it");
              }
            }));
  }

  private void find(ClientRequest client, @Nullable LegacySession session, Consumer<Routed> then) {
    switch (client.address()) {
      case OneConnection one -> toOne(client, session, one, then);
      case OnePool _, AllPools _ -> {
        switch (pools.find(client)) {
          case Candidates found -> among(client, session, found, then);
          case Answer answer ->
              client
                  .reply()
                  .finish(200, RpcReply.result(client.message().idText(), answer.result()));
          case Refusal refusal -> client.refuse(refusal.code(), refusal.message());
        }
      }
    }
  }

  private void toOne(
      ClientRequest client,
      @Nullable LegacySession session,
      OneConnection one,
      Consumer<Routed> then) {
    RpcMessage request = client.message();
    Connection connection = connections.find(one.id()).orElse(null);
    String missing = missing(one, client.scope());
    if (connection == null || missing != null) {
      client.refuse(RpcCode.INVALID_REQUEST, String.valueOf(missing));
      return;
    }
    if (!catalogue.permission(connection, request).allowed()) {
      client.refuse(RpcCode.INVALID_PARAMS, notPermitted(connection, request));
      return;
    }
    if (Withheld.isUnknown(connection, request, catalogue)) {
      client.unavailable(
          "the tools of connection " + connection.name() + " are not read yet; try again");
      return;
    }
    byte[] list = DeclaredLists.answer(connection, request, catalogue);
    if (list != null) {
      client.reply().finish(200, list);
    } else if (!isTooMuch(client, connection.registration().pool())) {
      String pool = connection.registration().pool();
      Candidates only = new Candidates(pool, List.of(connection.id()), request);
      new Quest(client, session, only, then).begin();
    }
  }

  private void among(
      ClientRequest client,
      @Nullable LegacySession session,
      Candidates found,
      Consumer<Routed> then) {
    List<String> ids = found.connectionIds();
    List<String> allowed = permitted.among(found);
    if (allowed.isEmpty() && !ids.isEmpty()) {
      Connection first = connections.get(ids.getFirst());
      client.refuse(RpcCode.INVALID_PARAMS, notPermitted(first, found.request()));
    } else if (!isTooMuch(client, found.pool())) {
      Candidates those = new Candidates(found.pool(), allowed, found.request());
      new Quest(client, session, those, then).begin();
    }
  }

  private String notPermitted(Connection connection, RpcMessage request) {
    String what = request.target() == null ? request.method() : request.target();
    if (catalogue.permission(connection, request).withheld()) {
      return Withheld.message(what, connection.id());
    }
    return "'"
        + what
        + "' is not among the verified capabilities of connection "
        + connection.name();
  }

  /** A request that is passed on from now; it counts until it is completed. */
  ForwardedCall begin(Routed routed) {
    Capability asked = routed.capability();
    String capability = asked == null ? null : asked.name();
    return new ForwardedCall(
        routed.request(),
        routed.lease(),
        capability,
        metrics.begin(
            routed.connection().id(), routed.connection().registration().pool(), capability),
        events,
        routed.attempt(),
        outcome -> audit.end(routed.quest().client, routed.connection(), outcome));
  }

  /** The way of one request from its candidates to an instance, and to the next if it fails. */
  final class Quest implements Search.Owner {
    private final ClientRequest client;
    private final RpcMessage request;
    private final Search search;
    private final Context context = vertx.getOrCreateContext();
    private volatile Consumer<Routed> then;

    Quest(
        ClientRequest client,
        @Nullable LegacySession session,
        Candidates among,
        Consumer<Routed> then) {
      this.client = client;
      this.request = among.request();
      this.then = then;
      String target = request.target();
      this.search =
          balancer.search(
              among.pool(),
              among.connectionIds(),
              target == null ? "" : target,
              settings -> StickyKey.of(client, session, request, settings),
              session == null ? Set.of() : session.ownIds(),
              this);
    }

    /** For whom it is. */
    Principal principal() {
      return client.principal();
    }

    void begin() {
      client.reply().onClientGone(search::giveUp);
      search.begin();
    }

    boolean again(Lease failed, Consumer<Routed> next) {
      then = next;
      client.reply().onClientGone(search::giveUp);
      return !client.reply().isOver() && search.again(failed);
    }

    @Nullable Duration hedgeAfter() {
      return search.settings().hedgeAfter();
    }

    @Nullable Routed hedge(Routed first) {
      Lease second = search.hedge(first.lease());
      if (second == null) {
        return null;
      }
      try {
        Routed routed = routed(second);
        if (routed == null) {
          second.giveBack();
        }
        return routed;
      } catch (RuntimeException e) {
        second.giveBack();
        throw e;
      }
    }

    private void onLoop(Runnable action) {
      if (context.equals(Vertx.currentContext())) {
        action.run();
      } else {
        context.runOnContext(_ -> action.run());
      }
    }

    @Override
    public void found(Lease lease) {
      onLoop(() -> {
        if (client.reply().isOver()) {
          lease.giveBack(); // The client left while it waited.
        } else {
          client.reply().header(SERVED_BY, lease.connection().id());
          pass(lease);
        }
      });
    }

    /** What fails here, maybe on another thread than the search, must not keep the place. */
    private void pass(Lease lease) {
      try {
        Routed routed = routed(lease);
        if (routed == null) {
          lease.giveBack();
          client.refuse(RpcCode.INVALID_PARAMS, notPermitted(lease.connection(), request));
        } else {
          then.accept(routed);
        }
      } catch (RuntimeException e) {
        lease.giveBack();
        client.refuse(RpcCode.INTERNAL_ERROR, "the registry failed; its log tells why");
        throw e;
      }
    }

    /** Null when it may not be served any more: what may be can change while a call waits. */
    private @Nullable Routed routed(Lease lease) {
      Permission permission = catalogue.permission(lease.connection(), request);
      if (!permission.allowed()) {
        return null;
      }
      Capability capability = permission.capability();
      PoolSeals pooled = client.address() instanceof OneConnection ? null : seals;
      Trace trace = client.trace();
      if (trace == null) {
        return new Routed(lease, request, capability, pooled, this, null);
      }
      Attempt attempt = Tracing.attempt(trace, request, lease);
      RpcMessage carrying = Tracing.carrying(request, attempt.context());
      return new Routed(lease, carrying, capability, pooled, this, attempt);
    }

    @Override
    public void refused(io.bluefly.registry.balancing.Refusal refusal) {
      onLoop(() -> client.refuse(refusal));
    }
  }
}
