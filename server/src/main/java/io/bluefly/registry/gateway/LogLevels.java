package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.ServerFeatures;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;

/**
 * How much legacy servers log in the sessions that clients share: as much as the client that wants
 * most. Each client is then given what it asked for.
 */
final class LogLevels {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Audience audience;
  private final Connections connections;

  LogLevels(Audience audience, Connections connections, EventBus bus) {
    this.audience = audience;
    this.connections = connections;
    bus.subscribe(UpstreamEvent.Opened.class, e -> tell(e.connectionId(), e.session()));
  }

  /** Tells a server how much is wanted of it now. */
  void tell(String connectionId, UpstreamSession session) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection == null || !takesLevel(session)) {
      return;
    }
    LogLevel most =
        audience
            .of(connection)
            .map(Hearer::level)
            .min(Comparator.naturalOrder())
            .orElse(LogLevel.UNSET);
    if (most != LogLevel.UNSET) {
      set(session, most);
    }
  }

  static boolean takesLevel(UpstreamSession session) {
    return session.server().era() == Era.LEGACY
        && ServerFeatures.of(session.server().capabilities()).logging();
  }

  /** Completes when the server has been told. */
  static CompletableFuture<RpcMessage> set(UpstreamSession session, LogLevel level) {
    return session.request(
        "logging/setLevel", "{\"level\":" + Json.quote(level.wire()) + "}", PATIENCE);
  }
}
