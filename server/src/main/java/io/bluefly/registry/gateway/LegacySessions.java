package io.bluefly.registry.gateway;

import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.UpstreamSession;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of legacy clients with servers that are reached over one stream (stdio, WebSocket).
 * Clients that declare no features of their own share the connection's upstream session; a client
 * that declares sampling, elicitation or roots gets an instance of its own, since only it can
 * answer what the server asks.
 */
final class LegacySessions {
  private static final List<String> LEVELS =
      List.of("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency");

  /** A client without an open stream or call for so long may have to make room for another. */
  private static final Duration REPLAY_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration EVICTABLE_AFTER = Duration.ofMinutes(1);

  private final GatewaySettings settings;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, LegacySession> sessions = new ConcurrentHashMap<>();

  /** Free places by connection for instances that belong to one client each. */
  private final Map<String, Semaphore> slots = new ConcurrentHashMap<>();

  LegacySessions(GatewaySettings settings, EventBus bus) {
    this.settings = settings;
    bus.subscribe(UpstreamEvent.Notified.class, e -> broadcast(e.connectionId(), e.message()));
    bus.subscribe(UpstreamEvent.Closed.class, e -> closeAll(e.connectionId()));
    bus.subscribe(UpstreamEvent.Opened.class, e -> replay(e.connectionId(), e.session()));
  }

  private void broadcast(String connectionId, RpcMessage message) {
    for (LegacySession session : sessions.values()) {
      if (session.connectionId().equals(connectionId)
          && session.own() == null
          && concerns(session, message)) {
        session.notification(message);
      }
    }
  }

  private static boolean concerns(LegacySession session, RpcMessage message) {
    String target = message.target();
    String level = message.level();
    if (message.method().equals("notifications/message") && level != null) {
      return session.level() == LegacySession.ALL_LEVELS
          || LEVELS.indexOf(level) >= session.level();
    }
    return !message.method().equals("notifications/resources/updated")
        || (target != null && session.subscriptions().contains(target));
  }

  private void closeAll(String connectionId) {
    sessions
        .values()
        .removeIf(session -> session.connectionId().equals(connectionId) && closed(session));
    slots.remove(connectionId);
  }

  /** A new instance learns what the sharing sessions have asked the one before for. */
  private void replay(String connectionId, UpstreamSession fresh) {
    Set<String> uris = new TreeSet<>();
    int level = LegacySession.ALL_LEVELS;
    for (LegacySession session : sessions.values()) {
      if (session.connectionId().equals(connectionId) && session.own() == null) {
        uris.addAll(session.subscriptions());
        level = Math.min(level, session.level());
      }
    }
    for (String uri : uris) {
      fresh.request("resources/subscribe", "{\"uri\":" + Json.quote(uri) + "}", REPLAY_TIMEOUT);
    }
    if (level != LegacySession.ALL_LEVELS) {
      String name = Json.quote(LEVELS.get(level));
      fresh.request("logging/setLevel", "{\"level\":" + name + "}", REPLAY_TIMEOUT);
    }
  }

  private static boolean closed(LegacySession session) {
    session.close();
    return true;
  }

  /** Ends the sessions that nobody has used for long. */
  void endIdle() {
    long now = System.nanoTime();
    sessions
        .values()
        .removeIf(session ->
            session.idleNanos(now) > settings.sessionIdle().toNanos() && closed(session));
  }

  /** Ends all sessions. */
  void close() {
    sessions.values().removeIf(LegacySessions::closed);
  }

  /** A session of this connection, or null. */
  @Nullable LegacySession find(String connectionId, @Nullable String id) {
    LegacySession session = id == null ? null : sessions.get(id);
    return session != null && session.connectionId().equals(connectionId) ? session : null;
  }

  /** The answer to a client's {@code initialize}; opens a session. */
  void initialize(
      RpcMessage request,
      Upstream upstream,
      UpstreamSession shared,
      String connectionId,
      ClientReply reply) {
    if (sessions.size() >= settings.maxSessions()) {
      reply.error(
          503,
          request.idText(),
          RpcCode.UPSTREAM_UNAVAILABLE,
          "too many sessions are open; try again later");
    } else if (request.declaresClientFeatures() && upstream.canOpenOwn()) {
      initializeOwn(request, upstream, connectionId, reply);
    } else {
      LegacySession session = add(connectionId, null);
      reply.header("mcp-session-id", session.id());
      reply.finish(200, greeting(request, shared.server()));
    }
  }

  private LegacySession add(String connectionId, @Nullable UpstreamSession own) {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    LegacySession session = new LegacySession(HexFormat.of().formatHex(bytes), connectionId, own);
    sessions.put(session.id(), session);
    return session;
  }

  private void initializeOwn(
      RpcMessage request, Upstream upstream, String connectionId, ClientReply reply) {
    Semaphore own = slots(connectionId);
    if (!own.tryAcquire() && !(endLongestIdle(connectionId) && own.tryAcquire())) {
      reply.error(
          503,
          request.idText(),
          RpcCode.UPSTREAM_UNAVAILABLE,
          "all "
              + settings.maxOwnInstances()
              + " instances for clients with sampling, elicitation or roots are in use: end such a"
              + " session, or raise gateway.max-own-instances");
      return;
    }
    upstream
        .openOwn(request)
        .whenComplete((opened, error) -> {
          if (opened == null) {
            own.release();
            reply.error(
                503,
                request.idText(),
                RpcCode.UPSTREAM_UNAVAILABLE,
                "no instance could be started for this client: " + error.getMessage());
            return;
          }
          LegacySession session = add(connectionId, opened.session());
          opened.session().listen(session);
          opened
              .session()
              .closed()
              .thenRun(() -> {
                release(session);
                end(session);
              });
          reply.header("mcp-session-id", session.id());
          reply.finish(200, opened.greeting().json());
        });
  }

  private Semaphore slots(String connectionId) {
    return slots.computeIfAbsent(connectionId, _ -> new Semaphore(settings.maxOwnInstances()));
  }

  private void release(LegacySession session) {
    Semaphore taken = slots.get(session.connectionId());
    if (session.giveBackSlot() && taken != null) {
      taken.release();
    }
  }

  /** Makes room by ending the session whose client has been away longest; false without one. */
  private boolean endLongestIdle(String connectionId) {
    long now = System.nanoTime();
    return sessions.values().stream()
        .filter(s -> s.connectionId().equals(connectionId) && s.own() != null)
        .filter(s -> s.idleNanos(now) > EVICTABLE_AFTER.toNanos())
        .max(Comparator.comparingLong(s -> s.idleNanos(now)))
        .map(session -> {
          end(session);
          release(session);
          return true;
        })
        .orElse(false);
  }

  /** The server's own greeting with this client's id, and its version where that is known. */
  private static byte[] greeting(RpcMessage request, ServerInfo server) {
    byte[] greeting = RpcReply.result(request.idText(), server.handshake());
    String asked = request.initializeVersion();
    if (asked == null || !Era.LEGACY_VERSIONS.contains(asked)) {
      return greeting;
    }
    try {
      Span version = RpcMessage.parse(greeting).resultVersion();
      return version == null
          ? greeting
          : new Splice(greeting).replace(version, Json.quote(asked)).bytes();
    } catch (MalformedMessageException e) {
      throw new IllegalStateException("a stored greeting is broken: " + e.getMessage(), e);
    }
  }

  /** Ends a session. */
  void end(LegacySession session) {
    sessions.remove(session.id());
    session.close();
  }

  /** Passes a request on, or answers it here where sharing clients must not disturb each other. */
  void call(LegacySession session, ForwardedCall call, ClientReply reply, Duration timeout) {
    RpcMessage request = call.request();
    session.touch();
    if (session.own() == null && isAnsweredHere(session, request)) {
      call.complete(Outcome.OK);
      reply.finish(200, RpcReply.result(request.idText(), "{}"));
      return;
    }
    UpstreamSession upstream = session.own() != null ? session.own() : call.lease().session();
    LegacySession.OpenCall open = session.begin(call, reply);
    open.sent(
        upstream.call(
            request,
            timeout,
            new SessionCall(call, reply, false, UnaryOperator.identity(), open::ended, false)));
  }

  /** Whether nothing changes for the server: another client still needs what it has asked for. */
  private boolean isAnsweredHere(LegacySession session, RpcMessage request) {
    String target = request.target();
    return switch (request.method()) {
      case "resources/subscribe" -> {
        boolean known = target != null && isSubscribed(session.connectionId(), target);
        if (target != null) {
          session.subscriptions().add(target);
        }
        yield known;
      }
      case "resources/unsubscribe" -> {
        if (target != null) {
          session.subscriptions().remove(target);
        }
        yield target != null && isSubscribed(session.connectionId(), target);
      }
      case "logging/setLevel" -> isLouderThanNeeded(session, request.level());
      default -> false;
    };
  }

  private boolean isSubscribed(String connectionId, String uri) {
    return sessions.values().stream()
        .anyMatch(s -> s.connectionId().equals(connectionId) && s.subscriptions().contains(uri));
  }

  private boolean isLouderThanNeeded(LegacySession session, @Nullable String level) {
    int asked = level == null ? -1 : LEVELS.indexOf(level);
    if (asked < 0) {
      return false;
    }
    session.setLevel(asked);
    return sessions.values().stream()
        .anyMatch(other ->
            !other.id().equals(session.id())
                && other.connectionId().equals(session.connectionId())
                && other.level() < asked);
  }

  /** Takes a notification or a client's answer. */
  void take(LegacySession session, RpcMessage message) {
    session.touch();
    Span cancelled = message.requestId();
    if (message.method().equals("notifications/cancelled") && cancelled != null) {
      session.cancel(cancelled.text(message.json()));
    } else if (session.own() != null) {
      session.own().send(message.json());
    }
  }
}
