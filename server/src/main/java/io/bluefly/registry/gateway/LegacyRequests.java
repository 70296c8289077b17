package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.ResourceSubscription;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamSession;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What legacy clients send: requests, answers and notifications in sessions. */
final class LegacyRequests {
  /** What is told to a client that names another version in a header. */
  static final String VERSIONS =
      "MCP-Protocol-Version must be one of " + Era.LEGACY_VERSIONS + " or " + Era.MODERN_VERSION;

  private final Vertx vertx;
  private final CallRouter router;
  private final Gateway parts;
  private final LegacySessions sessions;
  private final HearingRequests hearing;
  private final Duration timeout;

  LegacyRequests(Vertx vertx, CallRouter router, Gateway parts) {
    this.vertx = vertx;
    this.router = router;
    this.parts = parts;
    this.sessions = parts.sessions();
    this.hearing = new HearingRequests(parts);
    this.timeout = parts.settings().callTimeout();
  }

  /** Takes a message that came by Streamable HTTP, where the session is named in a header. */
  void post(ClientRequest client) {
    RpcMessage message = client.message();
    String version = client.version();
    if (version != null && !Era.LEGACY_VERSIONS.contains(version)) {
      client.refuse(400, RpcCode.INVALID_REQUEST, VERSIONS);
    } else if (message.method().equals("initialize")) {
      initialize(client, session -> client.reply().header("mcp-session-id", session.id()));
    } else {
      inSession(client, session -> take(session, client));
    }
  }

  /** Goes on with the session that the client names; without one the client is told. */
  void inSession(ClientRequest client, Consumer<LegacySession> then) {
    LegacySession session = find(client.peer(), client.address(), client.sessionId());
    if (session != null) {
      then.accept(session);
    } else if (client.sessionId() == null) {
      client.refuse(
          400, RpcCode.INVALID_REQUEST, "header Mcp-Session-Id is missing; send initialize first");
    } else {
      client.refuse(404, RpcCode.SESSION_NOT_FOUND, "Session not found; send initialize again");
    }
  }

  /**
   * Answers {@code initialize} and begins a session, unless the client has left.
   *
   * @param begun hears of the session before the client does
   */
  void initialize(ClientRequest client, Consumer<LegacySession> begun) {
    if (client.message().id() == null) {
      client.reply().empty(202); // A notification of that name begins nothing.
      return;
    }
    if (router.isTooMuch(client)) {
      return;
    }
    switch (client.address()) {
      case Address.OneConnection _ ->
          router.route(
              client,
              null,
              routed -> {
                routed.lease().giveBack();
                greet(client, begun, greeting(client, routed.lease().session().server()));
              });
      case Address.OnePool _, Address.AllPools _ -> {
        String version = LegacySession.version(client.message(), Era.LATEST_LEGACY);
        greet(client, begun, parts.greeting().initialize(client, version));
      }
    }
  }

  private void greet(ClientRequest client, Consumer<LegacySession> begun, String greeting) {
    // Who left in the meantime would never end it.
    LegacySession session = client.reply().isOver() ? null : sessions.begin(client);
    if (session != null) {
      begun.accept(session);
      client.reply().finish(200, RpcReply.result(client.message().idText(), greeting));
    }
  }

  /** What the server said of itself, in the client's version. */
  private static String greeting(ClientRequest client, ServerInfo server) {
    if (server.era() == Era.MODERN) {
      return ModernBridge.greeting(
          server, LegacySession.version(client.message(), Era.LATEST_LEGACY));
    }
    RpcMessage greeting = RpcMessage.ofOwn(RpcReply.result("0", server.handshake()));
    Span at = greeting.resultVersion();
    if (at == null) {
      return server.handshake();
    }
    String version = Json.quote(LegacySession.version(client.message(), server.protocolVersion()));
    RpcMessage restated =
        RpcMessage.ofOwn(new Splice(greeting.json()).replace(at, version).bytes());
    Span result = restated.result();
    return result == null ? server.handshake() : result.text(restated.json());
  }

  /** Takes a message of a session. */
  void take(LegacySession session, ClientRequest client) {
    session.touch();
    RpcMessage message = client.message();
    switch (message.kind()) {
      case REQUEST -> request(session, client);
      case NOTIFICATION -> {
        notified(session, message);
        client.reply().empty(202);
      }
      case RESPONSE -> {
        session.questions().answered(message);
        client.reply().empty(202);
      }
    }
  }

  /** Takes a batch of a session; its answer is one stream. */
  void take(LegacySession session, List<RpcMessage> batch, HttpReply stream, Peer peer) {
    int requests = (int) batch.stream().filter(m -> m.kind() == RpcMessage.Kind.REQUEST).count();
    BatchReply replies = new BatchReply(stream, requests);
    for (RpcMessage message : batch) {
      ClientReply part = replies.part(message.kind() == RpcMessage.Kind.REQUEST);
      take(session, new ClientRequest(session.address(), message, part, null, peer));
    }
    if (requests == 0) {
      stream.empty(202);
    }
  }

  private void notified(LegacySession session, RpcMessage message) {
    Span cancelled = message.requestId();
    switch (message.method()) {
      case "notifications/cancelled" -> {
        if (cancelled != null) {
          session.cancel(cancelled.text(message.json()));
        }
      }
      case "notifications/initialized" -> {} // Each server was told when its session was opened.
      default -> session.ownSessions().forEach(own -> own.send(message.json()));
    }
  }

  private void request(LegacySession session, ClientRequest client) {
    if (router.isTooMuch(client)) {
      return;
    }
    RpcMessage request = client.message();
    switch (request.method()) {
      case "ping" -> client.reply().finish(200, RpcReply.result(request.idText(), "{}"));
      case "initialize" ->
          client.refuse(400, RpcCode.INVALID_REQUEST, "this session was initialized before");
      case "logging/setLevel" -> hearing.setLevel(session, client);
      case "resources/subscribe" -> {
        String uri = HearingRequests.watchable(session, client);
        if (uri != null && hasServerForItself(session)) {
          pass(session, client.with(new Confirming(client.reply(), () -> session.subscribed(uri))));
        } else if (uri != null) {
          hearing.subscribe(session, client, uri);
        }
      }
      case "resources/unsubscribe" -> {
        session.unsubscribed(String.valueOf(request.target()));
        if (hasServerForItself(session)) {
          pass(session, client);
        } else {
          hearing.unsubscribe(session, client);
        }
      }
      case "subscriptions/listen", "server/discover" ->
          // A modern server would take it as its own, and never end it.
          client.refuse(
              RpcCode.METHOD_NOT_FOUND,
              "Method not found: "
                  + request.method()
                  + " exists from "
                  + Era.MODERN_VERSION
                  + " on, which is spoken without a session");
      default -> pass(session, client);
    }
  }

  private void pass(LegacySession session, ClientRequest arrived) {
    ClientRequest client = parts.tracing().begin(arrived);
    LegacySession.OpenCall open = session.begin(client.message(), client.reply());
    if (open != null) {
      ClientRequest counted = client.with(open);
      router.route(counted, session, routed -> call(session, counted, routed));
    }
  }

  /** Whether all that the client asks goes to a session of its own with the one legacy server. */
  private boolean hasServerForItself(LegacySession session) {
    return session.features().any()
        && session.address() instanceof Address.OneConnection one
        && parts
            .upstreams()
            .find(one.id())
            .flatMap(Upstream::session)
            .map(shared -> shared.server().era() == Era.LEGACY)
            .orElse(false);
  }

  private void call(LegacySession session, ClientRequest client, Routed routed) {
    Retry retry = failure -> routed.again(failure, next -> call(session, client, next));
    UpstreamSession shared = routed.lease().session();
    if (shared.server().era() == Era.MODERN) {
      new RoundTripCall(
              vertx, session, routed, router.begin(routed), client.reply(), retry, timeout)
          .start();
    } else if (session.features().any()) {
      callOwn(session, client, routed, retry);
    } else if (routed.hedgeAfter() == null) {
      send(session, client, routed, retry, shared, false);
    } else {
      new HedgedCall(vertx, router, client.reply(), retry, timeout, LegacyRequests::asItIs)
          .start(routed);
    }
  }

  /**
   * What a client without features sees of a server's messages; null where it is of another era.
   */
  private static @Nullable UnaryOperator<RpcMessage> asItIs(Routed routed) {
    boolean legacy = routed.lease().session().server().era() == Era.LEGACY;
    return legacy ? routed::back : null;
  }

  private void send(
      LegacySession session,
      ClientRequest client,
      Routed routed,
      Retry retry,
      UpstreamSession upstream,
      boolean own) {
    new LegacyCall(
            session,
            upstream,
            routed,
            router.begin(routed),
            client.reply(),
            retry,
            own ? () -> own(session, routed) : null)
        .start(timeout);
  }

  /** The client may be asked something in the middle: it needs the server for itself. */
  private void callOwn(LegacySession session, ClientRequest client, Routed routed, Retry retry) {
    Context context = vertx.getOrCreateContext();
    own(session, routed)
        .whenComplete((own, error) ->
            context.runOnContext(_ -> {
              if (own != null) {
                send(session, client, routed, retry, own, true);
                return;
              }
              routed.lease().giveBack();
              if (!retry.take(CallFailure.Kind.UNAVAILABLE)) {
                client.unavailable(
                    "no session could be opened for this client: " + OwnSessions.why(error));
              }
            }));
  }

  private CompletableFuture<UpstreamSession> own(LegacySession session, Routed routed) {
    String id = routed.connection().id();
    return session.own(id, () -> open(session, id));
  }

  private CompletableFuture<UpstreamSession> open(LegacySession session, String connectionId) {
    Span params = session.initialize().params();
    String initialize = params == null ? "{}" : params.text(session.initialize().json());
    return parts
        .own()
        .open(connectionId, initialize, () -> session.idleNanos(System.nanoTime()))
        .thenCompose(own ->
            session.level() != LogLevel.UNSET && LogLevels.takesLevel(own)
                ? LogLevels.set(own, session.level()).thenApply(_ -> own)
                : CompletableFuture.completedFuture(own))
        .thenApply(own -> {
          if (hasServerForItself(session)) {
            session.uris().forEach(uri -> ResourceSubscription.open(own, uri, _ -> {}));
          }
          return own;
        });
  }

  /** The client wants to hear what servers send of themselves. */
  void listen(LegacySession session, HttpReply stream) {
    if (session.attach(stream)) {
      stream.startStream(() -> session.detach(stream));
    } else {
      refuseUnknown(stream);
    }
  }

  /** There is no such session, or none any more. */
  static void refuseUnknown(HttpReply reply) {
    reply.error(404, "null", RpcCode.SESSION_NOT_FOUND, "Session not found; send initialize again");
  }

  /** The session at {@code address} that a client names, or null when it has none such. */
  @Nullable LegacySession find(Peer client, Address address, @Nullable String id) {
    return sessions.find(client.principal(), address, id);
  }

  /** The client ends its session. */
  void end(LegacySession session) {
    sessions.end(session);
  }
}
