package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Sealer.Purpose;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of legacy clients. What a client holds is a sealed id: one that the registry has not
 * given out, or not for this address, finds nothing.
 */
final class LegacySessions {
  /** Bytes that a greeting may have, since it is kept as long as the session. */
  private static final int MAX_GREETING = 16 * 1024;

  private static final String SEPARATOR = "\n";

  private final GatewaySettings settings;
  private final Sealer sealer;
  private final Audience audience;
  private final Subscriptions subscriptions;
  private final SessionShares shares;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, LegacySession> sessions = new ConcurrentHashMap<>();

  LegacySessions(
      GatewaySettings settings,
      Sealer sealer,
      Audience audience,
      Subscriptions subscriptions,
      SessionShares shares) {
    this.settings = settings;
    this.sealer = sealer;
    this.audience = audience;
    this.subscriptions = subscriptions;
    this.shares = shares;
  }

  /** A session that {@code client} begins; null when it was told that it can't. */
  @Nullable LegacySession begin(ClientRequest client) {
    RpcMessage initialize = client.message();
    if (sessions.size() >= settings.maxSessions()) {
      client.refuse(
          503,
          RpcCode.UPSTREAM_UNAVAILABLE,
          "too many sessions are open (gateway.max-sessions); try again later");
      return null;
    }
    if (initialize.json().length > MAX_GREETING) {
      client.refuse(413, RpcCode.INVALID_REQUEST, "initialize may have " + MAX_GREETING + " bytes");
      return null;
    }
    if (!shares.take(client.principal())) {
      client.refuse(429, RpcCode.OVERLOADED, shares.refusal());
      return null;
    }
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    String key = HexFormat.of().formatHex(bytes);
    LegacySession session =
        new LegacySession(
            sealer.seal(Purpose.SESSION, client.principal(), key + SEPARATOR + client.address()),
            client.address(),
            client.principal(),
            initialize);
    sessions.put(session.id(), session);
    audience.add(session);
    return session;
  }

  /** The session of {@code principal} at {@code address} that is called {@code sealed}, or null. */
  @Nullable LegacySession find(Principal principal, Address address, @Nullable String sealed) {
    LegacySession session = sealed == null ? null : sessions.get(sealed);
    if (session == null
        || !session.address().equals(address)
        || !session.principal().id().equals(principal.id())) {
      return null;
    }
    session.renew(principal);
    return session;
  }

  /** Ends a session. */
  void end(LegacySession session) {
    if (sessions.remove(session.id(), session)) {
      shares.giveBack(session.principal());
      audience.remove(session);
      session.uris().forEach(uri -> subscriptions.release(session.address(), uri));
      session.close();
    }
  }

  /** Ends the sessions of a connection that is gone. */
  void endAll(String connectionId) {
    Address gone = new Address.OneConnection(connectionId);
    sessions.values().stream().filter(s -> s.address().equals(gone)).forEach(this::end);
  }

  /** Ends the sessions that nobody has used for long, and of those who may do nothing any more. */
  void endIdle() {
    Instant wall = Instant.now();
    sessions.values().stream()
        .filter(session -> !session.principal().isCurrent(wall))
        .forEach(this::end);
    long now = System.nanoTime();
    sessions.values().stream()
        .filter(session -> session.idleNanos(now) > settings.sessionIdle().toNanos())
        .forEach(this::end);
  }

  /** Ends all sessions. */
  void close() {
    sessions.values().forEach(this::end);
  }
}
