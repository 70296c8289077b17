package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.gateway.ModernRules.Violation;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.HttpSession;
import io.bluefly.registry.upstream.Lease;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamSession;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The transparent address {@code /connections/{id}/mcp}: a client talks to that one server through
 * the registry. What it sends is passed on as it came; requests are counted. Lives on one event
 * loop and never blocks it.
 */
public final class GatewayEndpoint {
  private static final String PREFIX = "/connections/";
  private static final String SUFFIX = "/mcp";
  private static final String SESSION = "mcp-session-id";
  private static final String VERSION = "mcp-protocol-version";

  private final Vertx vertx;
  private final Connections connections;
  private final Upstreams upstreams;
  private final Catalogue catalogue;
  private final CallMetrics metrics;
  private final GatewaySettings settings;
  private final LegacySessions sessions;
  private final HttpRelay relay;

  /** Created once for each event loop, on it; {@code parts} are shared. */
  public GatewayEndpoint(Vertx vertx, Gateway parts) {
    this.vertx = vertx;
    this.connections = parts.connections();
    this.upstreams = parts.upstreams();
    this.catalogue = parts.catalogue();
    this.metrics = parts.metrics();
    this.settings = parts.settings();
    this.sessions = parts.sessions();
    this.relay = new HttpRelay(vertx, settings.callTimeout(), settings.maxMessage());
  }

  /** The connection whose transparent address {@code path} is, or null. */
  public static @Nullable String connectionId(String path) {
    int end = path.length() - SUFFIX.length();
    if (!path.startsWith(PREFIX) || !path.endsWith(SUFFIX) || end <= PREFIX.length()) {
      return null;
    }
    String id = path.substring(PREFIX.length(), end);
    return id.indexOf('/') < 0 ? id : null;
  }

  /** Serves a request to the transparent address of {@code connectionId}. */
  public void handle(HttpServerRequest request, String connectionId) {
    ClientReply reply = new ClientReply(vertx, request);
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection == null || connection.isDisconnected() || !connection.isServer()) {
      reply.error(
          404,
          "null",
          RpcCode.INVALID_REQUEST,
          "there is no server '" + connectionId + "'; GET /connections lists them");
      return;
    }
    Target target = new Target(connection, request, reply);
    switch (request.method().name()) {
      case "POST" -> readBody(request, reply, body -> post(target, body));
      case "GET" -> get(target);
      case "DELETE" -> delete(target);
      default -> {
        reply.header("allow", "POST, GET, DELETE");
        reply.error(
            405, "null", RpcCode.INVALID_REQUEST, "only POST, GET and DELETE are allowed here");
      }
    }
  }

  /** A client's HTTP request and what it is for. */
  private record Target(Connection connection, HttpServerRequest request, ClientReply reply) {
    @Nullable String header(String name) {
      return request.getHeader(name);
    }

    boolean saysModern() {
      return Era.MODERN_VERSION.equals(header(VERSION));
    }
  }

  private void readBody(
      HttpServerRequest request, ClientReply reply, java.util.function.Consumer<Buffer> then) {
    Buffer body = Buffer.buffer();
    int limit = settings.maxMessage();
    request.handler(chunk -> {
      if (body.length() <= limit) {
        body.appendBuffer(chunk);
      }
    });
    request.endHandler(_ -> {
      if (body.length() > limit) {
        reply.error(
            413,
            "null",
            RpcCode.INVALID_REQUEST,
            "a message may have " + limit + " bytes (max-message)");
      } else {
        then.accept(body);
      }
    });
  }

  private void post(Target target, Buffer body) {
    RpcMessage message;
    try {
      message = RpcMessage.parse(body.getBytes());
    } catch (MalformedMessageException e) {
      target.reply.error(400, "null", e.code(), e.getMessage());
      return;
    }
    if (message.era() == Era.MODERN || target.saysModern()) {
      postModern(target, message, body);
    } else {
      postLegacy(target, message, body);
    }
  }

  private void postModern(Target target, RpcMessage message, Buffer body) {
    if (message.kind() != RpcMessage.Kind.REQUEST) {
      // A disconnect cancels; there is nothing else that a modern client has to notify.
      target.reply.empty(202);
      return;
    }
    Violation violation = ModernRules.check(message, target.request.headers());
    if (violation != null) {
      target.reply.finish(
          RpcCode.httpStatus(violation.code()) == 200 ? 400 : RpcCode.httpStatus(violation.code()),
          RpcReply.error(
              message.idText(), violation.code(), violation.message(), violation.data()));
      return;
    }
    if (isAnsweredByRegistration(target, message)) {
      return;
    }
    withLease(
        target,
        message,
        (upstream, lease) -> {
          UpstreamSession session = lease.session();
          if (session.server().era() == Era.MODERN) {
            forwardModern(target, message, body, lease);
          } else {
            bridge(target, message, lease);
          }
        });
  }

  private void forwardModern(Target target, RpcMessage message, Buffer body, Lease lease) {
    boolean endless = message.method().equals("subscriptions/listen");
    if (lease.session() instanceof HttpSession http) {
      relay.forward(target.request, http, body, begin(target, message, lease), endless);
      return;
    }
    ForwardedCall call = begin(target, message, lease);
    send(target, call, endless ? Duration.ZERO : settings.callTimeout(), UnaryOperator.identity());
  }

  private void bridge(Target target, RpcMessage message, Lease lease) {
    ServerInfo server = lease.session().server();
    if (message.method().equals("server/discover")) {
      lease.complete();
      target.reply.finish(200, LegacyBridge.discover(message, server));
    } else if (!LegacyBridge.carries(message)) {
      lease.complete();
      target.reply.error(
          404,
          message.idText(),
          RpcCode.METHOD_NOT_FOUND,
          "Method not found: this server speaks MCP "
              + server.protocolVersion()
              + ", which has no "
              + message.method());
    } else {
      ForwardedCall call = begin(target, message, lease);
      send(
          target,
          call,
          settings.callTimeout(),
          response -> LegacyBridge.translate(message, response));
    }
  }

  /** Sends a modern client's request; its leaving cancels the call. */
  private static void send(
      Target target, ForwardedCall call, Duration timeout, UnaryOperator<RpcMessage> translation) {
    UpstreamSession.Ongoing ongoing =
        call.lease()
            .session()
            .call(
                call.request(),
                timeout,
                new SessionCall(call, target.reply, true, translation, () -> {}));
    target.reply.onClientGone(() -> {
      call.complete(Outcome.CANCELLED);
      ongoing.cancel();
    });
  }

  private ForwardedCall begin(Target target, RpcMessage message, Lease lease) {
    String capability =
        catalogue.permission(target.connection, message.method(), message.target()).capability();
    return new ForwardedCall(message, lease, metrics.begin(target.connection.id(), capability));
  }

  /** Refuses what the registration does not allow; lists are answered with what it does. */
  private boolean isAnsweredByRegistration(Target target, RpcMessage message) {
    Catalogue.Permission permission =
        catalogue.permission(target.connection, message.method(), message.target());
    if (!permission.allowed()) {
      target.reply.error(
          200,
          message.idText(),
          RpcCode.INVALID_PARAMS,
          "'"
              + message.target()
              + "' is not among the verified capabilities of connection "
              + target.connection.name());
      return true;
    }
    byte[] list = DeclaredLists.answer(target.connection, message, catalogue);
    if (list != null) {
      target.reply.finish(200, list);
    }
    return list != null;
  }

  private void postLegacy(Target target, RpcMessage message, Buffer body) {
    String version = target.header(VERSION);
    if (version != null && !Era.LEGACY_VERSIONS.contains(version)) {
      target.reply.error(
          400,
          message.idText(),
          RpcCode.INVALID_REQUEST,
          "MCP-Protocol-Version must be one of "
              + Era.LEGACY_VERSIONS
              + " or "
              + Era.MODERN_VERSION);
      return;
    }
    if (message.kind() == RpcMessage.Kind.REQUEST && isAnsweredByRegistration(target, message)) {
      return;
    }
    withLease(
        target,
        message,
        (upstream, lease) -> {
          UpstreamSession session = lease.session();
          if (session.server().era() == Era.MODERN) {
            lease.complete();
            refuseLegacy(target, message);
          } else if (session instanceof HttpSession http) {
            forwardLegacy(target, http, message, body, lease);
          } else {
            postSession(target, message, upstream, lease);
          }
        });
  }

  private static void refuseLegacy(Target target, RpcMessage message) {
    target.reply.finish(
        400,
        RpcReply.error(
            message.idText(),
            RpcCode.UNSUPPORTED_VERSION,
            "this server speaks MCP " + Era.MODERN_VERSION + " only; use a client of that version",
            "{\"supported\":[\"" + Era.MODERN_VERSION + "\"]}"));
  }

  private void forwardLegacy(
      Target target, HttpSession session, RpcMessage message, Buffer body, Lease lease) {
    if (message.kind() == RpcMessage.Kind.REQUEST) {
      relay.forward(target.request, session, body, begin(target, message, lease), false);
    } else {
      lease.complete();
      relay.forward(target.request, session, body, null, false);
    }
  }

  private void postSession(Target target, RpcMessage message, Upstream upstream, Lease lease) {
    if (message.method().equals("initialize")) {
      lease.complete();
      sessions.initialize(message, upstream, lease.session(), target.connection.id(), target.reply);
      return;
    }
    LegacySession session = session(target, message.idText());
    if (session == null) {
      lease.complete();
    } else if (message.kind() == RpcMessage.Kind.REQUEST) {
      ForwardedCall call = begin(target, message, lease);
      sessions.call(session, call, target.reply, settings.callTimeout());
    } else {
      lease.complete();
      sessions.take(session, message);
      target.reply.empty(202);
    }
  }

  /** The session that the client names; without one the client is told, and null. */
  private @Nullable LegacySession session(Target target, String idText) {
    String id = target.header(SESSION);
    LegacySession session = sessions.find(target.connection.id(), id);
    if (session == null) {
      boolean named = id != null;
      target.reply.error(
          named ? 404 : 400,
          idText,
          named ? RpcCode.SESSION_NOT_FOUND : RpcCode.INVALID_REQUEST,
          named
              ? "Session not found; send initialize again"
              : "header Mcp-Session-Id is missing; send initialize first");
    }
    return session;
  }

  private void get(Target target) {
    if (target.saysModern()) {
      refuseMethod(target);
      return;
    }
    withSession(
        target,
        session -> {
          if (session.server().era() == Era.MODERN) {
            refuseMethod(target);
          } else if (session instanceof HttpSession http) {
            relay.forward(target.request, http, null, null, true);
          } else {
            LegacySession client = session(target, "null");
            if (client != null) {
              client.attach(target.reply);
              target.reply.onClientGone(() -> client.detach(target.reply));
            }
          }
        });
  }

  private void delete(Target target) {
    if (target.saysModern()) {
      refuseMethod(target);
      return;
    }
    withSession(
        target,
        session -> {
          if (session.server().era() == Era.MODERN) {
            refuseMethod(target);
          } else if (session instanceof HttpSession http) {
            relay.forward(target.request, http, null, null, false);
          } else {
            LegacySession client = session(target, "null");
            if (client != null) {
              sessions.end(client);
              target.reply.empty(204);
            }
          }
        });
  }

  private static void refuseMethod(Target target) {
    target.reply.header("allow", HttpMethod.POST.name());
    target.reply.error(
        405, "null", RpcCode.INVALID_REQUEST, "a modern server has no " + target.request.method());
  }

  /** For what is no call: needs a session to know how to talk, and no lease. */
  private void withSession(Target target, java.util.function.Consumer<UpstreamSession> then) {
    UpstreamSession session =
        upstreams.find(target.connection.id()).flatMap(Upstream::session).orElse(null);
    if (session == null) {
      unavailable(target, "null", "the server can't be used now");
    } else {
      then.accept(session);
    }
  }

  private void withLease(Target target, RpcMessage message, BiConsumer<Upstream, Lease> then) {
    Upstream upstream = upstreams.find(target.connection.id()).orElse(null);
    if (upstream == null || target.connection.status() == ConnectionStatus.IDLE) {
      unavailable(
          target,
          message.idText(),
          "connection " + target.connection.name() + " is idle and takes no calls");
      return;
    }
    Context context = vertx.getOrCreateContext();
    upstream
        .acquire(settings.openPatience())
        .whenComplete((lease, error) -> {
          if (lease == null) {
            unavailable(target, message.idText(), error.getMessage());
          } else if (context.equals(Vertx.currentContext())) {
            then.accept(upstream, lease);
          } else {
            context.runOnContext(_ -> then.accept(upstream, lease));
          }
        });
  }

  private static void unavailable(Target target, String idText, @Nullable String why) {
    target.reply.header("retry-after", "1");
    target.reply.error(503, idText, RpcCode.UPSTREAM_UNAVAILABLE, String.valueOf(why));
  }
}
