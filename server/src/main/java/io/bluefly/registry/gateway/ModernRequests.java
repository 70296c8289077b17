package io.bluefly.registry.gateway;

import io.bluefly.registry.gateway.ModernRules.Violation;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.HttpSession;
import io.bluefly.registry.upstream.Lease;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.UpstreamSession;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** What modern clients send: each request stands for itself. */
final class ModernRequests {
  private final CallRouter router;
  private final HttpRelay relay;
  private final Duration timeout;

  ModernRequests(CallRouter router, HttpRelay relay, Duration timeout) {
    this.router = router;
    this.relay = relay;
    this.timeout = timeout;
  }

  void post(ClientRequest client, RpcMessage message, Buffer body) {
    if (message.kind() != RpcMessage.Kind.REQUEST) {
      // A disconnect cancels; there is nothing else that a modern client has to notify.
      client.reply().empty(202);
      return;
    }
    Violation violation = ModernRules.check(message, client.http().headers());
    if (violation != null) {
      client
          .reply()
          .finish(
              400,
              RpcReply.error(
                  message.idText(), violation.code(), violation.message(), violation.data()));
      return;
    }
    if (router.isAnsweredByRegistration(client, message)) {
      return;
    }
    router.withLease(
        client,
        message,
        (_, lease) -> {
          if (lease.session().server().era() == Era.MODERN) {
            forward(client, message, body, lease);
          } else {
            bridge(client, message, lease);
          }
        });
  }

  private void forward(ClientRequest client, RpcMessage message, Buffer body, Lease lease) {
    boolean endless = message.method().equals("subscriptions/listen");
    ForwardedCall call = router.begin(client, message, lease);
    if (lease.session() instanceof HttpSession http) {
      relay.forward(client.http(), http, body, call, endless);
    } else {
      send(client, call, endless ? Duration.ZERO : timeout, UnaryOperator.identity());
    }
  }

  private void bridge(ClientRequest client, RpcMessage message, Lease lease) {
    ServerInfo server = lease.session().server();
    if (message.method().equals("server/discover")) {
      lease.complete();
      client.reply().finish(200, LegacyBridge.discover(message, server));
    } else if (!LegacyBridge.carries(message)) {
      lease.complete();
      client
          .reply()
          .error(
              404,
              message.idText(),
              RpcCode.METHOD_NOT_FOUND,
              "Method not found: this server speaks MCP "
                  + server.protocolVersion()
                  + ", which has no "
                  + message.method());
    } else {
      send(
          client,
          router.begin(client, message, lease),
          timeout,
          response -> LegacyBridge.translate(message, response));
    }
  }

  /** Sends a request; the client's leaving cancels it. */
  private static void send(
      ClientRequest client,
      ForwardedCall call,
      Duration timeout,
      UnaryOperator<RpcMessage> translation) {
    UpstreamSession.Ongoing ongoing =
        call.lease()
            .session()
            .call(
                call.request(),
                timeout,
                new SessionCall(
                    call, client.reply(), true, translation, () -> {}, timeout.isZero()));
    client
        .reply()
        .onClientGone(() -> {
          call.complete(Outcome.CANCELLED);
          ongoing.cancel();
        });
  }
}
