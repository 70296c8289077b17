package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.HttpSession;
import io.bluefly.registry.upstream.Lease;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamSession;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What legacy clients send: requests in sessions, and the streams and the end of those. */
final class LegacyRequests {
  private final CallRouter router;
  private final HttpRelay relay;
  private final LegacySessions sessions;
  private final Duration timeout;

  LegacyRequests(CallRouter router, HttpRelay relay, LegacySessions sessions, Duration timeout) {
    this.router = router;
    this.relay = relay;
    this.sessions = sessions;
    this.timeout = timeout;
  }

  void post(ClientRequest client, RpcMessage message, Buffer body) {
    String version = client.version();
    if (version != null && !Era.LEGACY_VERSIONS.contains(version)) {
      client
          .reply()
          .error(
              400,
              message.idText(),
              RpcCode.INVALID_REQUEST,
              "MCP-Protocol-Version must be one of "
                  + Era.LEGACY_VERSIONS
                  + " or "
                  + Era.MODERN_VERSION);
      return;
    }
    boolean request = message.kind() == RpcMessage.Kind.REQUEST;
    if (request && router.isAnsweredByRegistration(client, message)) {
      return;
    }
    router.withLease(
        client,
        message,
        (upstream, lease) -> {
          UpstreamSession session = lease.session();
          if (session.server().era() == Era.MODERN) {
            lease.complete();
            refuse(client, message);
          } else if (session instanceof HttpSession http) {
            forward(client, http, message, body, lease);
          } else {
            postToSession(client, message, upstream, lease);
          }
        });
  }

  private static void refuse(ClientRequest client, RpcMessage message) {
    client
        .reply()
        .finish(
            400,
            RpcReply.error(
                message.idText(),
                RpcCode.UNSUPPORTED_VERSION,
                "this server speaks MCP "
                    + Era.MODERN_VERSION
                    + " only; use a client of that version",
                "{\"supported\":[\"" + Era.MODERN_VERSION + "\"]}"));
  }

  private void forward(
      ClientRequest client, HttpSession session, RpcMessage message, Buffer body, Lease lease) {
    if (message.kind() == RpcMessage.Kind.REQUEST) {
      ForwardedCall call = router.begin(client, message, lease);
      relay.forward(client.http(), session, body, call, false);
    } else {
      lease.complete();
      relay.forward(client.http(), session, body, null, false);
    }
  }

  private void postToSession(
      ClientRequest client, RpcMessage message, Upstream upstream, Lease lease) {
    if (message.method().equals("initialize")) {
      lease.complete();
      sessions.initialize(
          message, upstream, lease.session(), client.connection().id(), client.reply());
      return;
    }
    LegacySession session = session(client, message.idText());
    if (session == null) {
      lease.complete();
    } else if (message.kind() == RpcMessage.Kind.REQUEST) {
      sessions.call(session, router.begin(client, message, lease), client.reply(), timeout);
    } else {
      lease.complete();
      sessions.take(session, message);
      client.reply().empty(202);
    }
  }

  /** The session that the client names; without one the client is told, and null. */
  private @Nullable LegacySession session(ClientRequest client, String idText) {
    LegacySession session = sessions.find(client.connection().id(), client.sessionId());
    if (session == null && client.sessionId() == null) {
      client
          .reply()
          .error(
              400,
              idText,
              RpcCode.INVALID_REQUEST,
              "header Mcp-Session-Id is missing; send initialize first");
    } else if (session == null) {
      client
          .reply()
          .error(
              404, idText, RpcCode.SESSION_NOT_FOUND, "Session not found; send initialize again");
    }
    return session;
  }

  /** The client wants to hear what the server sends of itself. */
  void get(ClientRequest client) {
    inSession(
        client,
        session -> {
          session.attach(client.reply());
          client.reply().onClientGone(() -> session.detach(client.reply()));
        });
  }

  /** The client ends its session. */
  void delete(ClientRequest client) {
    inSession(
        client,
        session -> {
          sessions.end(session);
          client.reply().empty(204);
        });
  }

  private void inSession(ClientRequest client, Consumer<LegacySession> then) {
    if (client.saysModern()) {
      refuseMethod(client);
      return;
    }
    router.withSession(
        client,
        upstream -> {
          if (upstream.server().era() == Era.MODERN) {
            refuseMethod(client);
          } else if (upstream instanceof HttpSession http) {
            boolean endless = client.http().method().equals(HttpMethod.GET);
            relay.forward(client.http(), http, null, null, endless);
          } else {
            LegacySession session = session(client, "null");
            if (session != null) {
              then.accept(session);
            }
          }
        });
  }

  private static void refuseMethod(ClientRequest client) {
    client.reply().header("allow", HttpMethod.POST.name());
    client
        .reply()
        .error(
            405,
            "null",
            RpcCode.INVALID_REQUEST,
            "a modern server has no " + client.http().method());
  }
}
