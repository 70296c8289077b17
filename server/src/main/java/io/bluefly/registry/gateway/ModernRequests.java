package io.bluefly.registry.gateway;

import io.bluefly.registry.gateway.CallSessions.CallSession;
import io.bluefly.registry.gateway.ModernRules.Violation;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.HttpSession;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.UpstreamSession;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What modern clients send: each request stands for itself. */
final class ModernRequests {
  private static final String LISTEN = "subscriptions/listen";

  private final Vertx vertx;
  private final CallRouter router;
  private final HttpRelay relay;
  private final HeldCalls held;
  private final CallSessions lines;
  private final ModernListeners listeners;
  private final Tracing tracing;
  private final Duration timeout;

  ModernRequests(Vertx vertx, CallRouter router, HttpRelay relay, Gateway parts) {
    this.vertx = vertx;
    this.router = router;
    this.relay = relay;
    this.held = parts.held();
    this.lines = parts.lines();
    this.listeners = parts.listeners();
    this.tracing = parts.tracing();
    this.timeout = parts.settings().callTimeout();
  }

  /** Takes a message. */
  void take(ClientRequest arrived) {
    RpcMessage message = arrived.message();
    if (message.kind() != RpcMessage.Kind.REQUEST) {
      // A disconnect cancels; there is nothing else that a modern client has to notify.
      arrived.reply().empty(202);
      return;
    }
    if (router.isTooMuch(arrived)) {
      return;
    }
    ClientExchange http = arrived.http();
    Violation violation =
        http == null ? ModernRules.check(message) : ModernRules.check(message, http.headers());
    if (violation != null) {
      refuse(arrived, violation);
      return;
    }
    ClientRequest client = tracing.begin(arrived);
    if (held.isAgain(client)) {
      route(client.with(ModernBridge.withoutInput(message)));
    } else if (!held.resume(client)) {
      route(client);
    }
  }

  private static void refuse(ClientRequest client, Violation violation) {
    client
        .reply()
        .finish(
            400,
            RpcReply.error(
                client.message().idText(),
                violation.code(),
                violation.message(),
                violation.data()));
  }

  private void route(ClientRequest client) {
    boolean pooled = !(client.address() instanceof Address.OneConnection);
    if (pooled && client.message().method().equals(LISTEN)) {
      listeners.open(client);
    } else {
      router.route(client, null, routed -> serve(client, routed));
    }
  }

  private void serve(ClientRequest client, Routed routed) {
    ClientExchange http = client.http();
    String mismatch =
        http == null || routed.capability() == null
            ? null
            : routed.capability().params().mismatch(routed.request(), http.headers()::getAll);
    if (mismatch != null) {
      routed.lease().giveBack();
      refuse(client, new Violation(RpcCode.HEADER_MISMATCH, mismatch, null));
    } else if (routed.lease().session().server().era() == Era.MODERN) {
      forward(client, routed);
    } else {
      bridge(client, routed);
    }
  }

  /** The way on for a call that fails at this instance. */
  private Retry retry(ClientRequest client, Routed routed) {
    return failure -> routed.again(failure, next -> serve(client, next));
  }

  private void forward(ClientRequest client, Routed routed) {
    boolean endless = client.message().method().equals(LISTEN);
    ClientExchange http = client.http();
    if (endless && http != null) {
      http.last();
    }
    if (routed.hedgeAfter() != null) {
      hedge(client, routed);
    } else if (http != null
        && !http.isBegun()
        && routed.lease().session() instanceof HttpSession server) {
      relay.forward(
          http,
          client.reply(),
          server,
          routed,
          router.begin(routed),
          endless,
          retry(client, routed));
    } else {
      send(client, routed, endless ? Duration.ZERO : timeout, routed::back);
    }
  }

  private void hedge(ClientRequest client, Routed routed) {
    new HedgedCall(
            vertx,
            router,
            client.reply(),
            retry(client, routed),
            timeout,
            each -> translation(client, each))
        .start(routed);
  }

  /** What the client sees of a server's messages; null where the server can't serve it so. */
  private @Nullable UnaryOperator<RpcMessage> translation(ClientRequest client, Routed routed) {
    UpstreamSession session = routed.lease().session();
    if (session.server().era() == Era.MODERN) {
      return routed::back;
    }
    return needsLine(routed.request(), session)
        ? null
        : message -> translated(client, routed.request(), message);
  }

  private void bridge(ClientRequest client, Routed routed) {
    RpcMessage request = routed.request();
    ServerInfo server = routed.lease().session().server();
    if (request.method().equals("server/discover")) {
      routed.lease().giveBack();
      client.reply().finish(200, LegacyBridge.discover(request, server));
    } else if (request.method().equals(LISTEN)) {
      routed.lease().giveBack();
      listeners.open(client);
    } else if (!LegacyBridge.carries(request)) {
      routed.lease().giveBack();
      client.refuse(
          RpcCode.METHOD_NOT_FOUND,
          "Method not found: this server speaks MCP "
              + server.protocolVersion()
              + ", which has no "
              + request.method());
    } else if (request.requestStateSpan() != null) {
      routed.lease().giveBack();
      client.refuse(
          RpcCode.INVALID_PARAMS,
          "params.requestState is none that this server has given; call again without it");
    } else if (needsLine(request, routed.lease().session())) {
      callInLine(client, routed);
    } else if (routed.hedgeAfter() != null) {
      hedge(client, routed);
    } else {
      send(client, routed, timeout, message -> translated(client, request, message));
    }
  }

  private RpcMessage translated(ClientRequest client, RpcMessage request, RpcMessage message) {
    return LegacyBridge.translate(request, message, () -> held.again(client));
  }

  /**
   * Whether what the server asks or logs has to find its way to this very request; what a server
   * offers may depend on what the client can do, too.
   */
  private static boolean needsLine(RpcMessage request, UpstreamSession session) {
    return ClientFeatures.of(request).any()
        || (request.wantsLog() && LogLevels.takesLevel(session));
  }

  private void callInLine(ClientRequest client, Routed routed) {
    Context context = vertx.getOrCreateContext();
    Span level = routed.request().logLevelSpan();
    String initialize = LegacyBridge.initialize(routed.request());
    if (initialize.length() > CallSessions.MAX_INITIALIZE) {
      routed.lease().giveBack();
      client.refuse(
          RpcCode.INVALID_PARAMS,
          "clientCapabilities in params._meta may have "
              + CallSessions.MAX_INITIALIZE
              + " characters");
      return;
    }
    LogLevel wanted = level == null ? null : LogLevel.of(text(routed.request(), level));
    lines
        .borrow(
            client.principal(),
            routed.connection().id(),
            initialize,
            wanted == null ? LogLevel.UNSET : wanted)
        .whenComplete((line, error) ->
            context.runOnContext(_ -> {
              if (line != null) {
                start(client, routed, line);
                return;
              }
              routed.lease().giveBack();
              if (!retry(client, routed).take(CallFailure.Kind.UNAVAILABLE)) {
                client.unavailable(
                    "no session could be opened for this call: " + OwnSessions.why(error));
              }
            }));
  }

  private static String text(RpcMessage message, Span at) {
    String text = Members.text(message.json(), at);
    return text == null ? "" : text;
  }

  private void start(ClientRequest client, Routed routed, CallSession line) {
    if (client.reply().isOver()) {
      line.giveBack();
      routed.lease().giveBack();
      return;
    }
    RpcMessage request = client.message();
    new HeldCall(
            held,
            line,
            router.begin(routed),
            client,
            message -> translated(client, request, message),
            retry(client, routed))
        .start(client.reply(), timeout);
  }

  /** Sends a request; the client's leaving cancels it. */
  private void send(
      ClientRequest client,
      Routed routed,
      Duration timeout,
      UnaryOperator<RpcMessage> translation) {
    ForwardedCall call = router.begin(routed);
    SentCall sent = new SentCall();
    client
        .reply()
        .onClientGone(() -> {
          call.complete(Outcome.CANCELLED);
          sent.cancel();
        });
    sent.goesOn(
        routed
            .lease()
            .session()
            .call(
                routed.request(),
                routed.paramHeaders(),
                timeout,
                new SessionCall(
                    call, client.reply(), translation, retry(client, routed), timeout.isZero())));
  }
}
