package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
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

  /** Tells a server how much is wanted of it now; completes as {@link #set} does. */
  CompletableFuture<?> tell(String connectionId, UpstreamSession session) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection == null || !takesLevel(session)) {
      return CompletableFuture.completedFuture(null);
    }
    LogLevel most =
        audience
            .of(connection)
            .map(Hearer::level)
            .min(Comparator.naturalOrder())
            .orElse(LogLevel.UNSET);
    return most == LogLevel.UNSET ? CompletableFuture.completedFuture(null) : set(session, most);
  }

  static boolean takesLevel(UpstreamSession session) {
    return session.server().era() == Era.LEGACY
        && ServerFeatures.of(session.server().capabilities()).logging();
  }

  /** Completes once the server has answered, or has not in time: what is sent then is logged so. */
  static CompletableFuture<?> set(UpstreamSession session, LogLevel level) {
    return session
        .request("logging/setLevel", "{\"level\":" + Json.quote(level.wire()) + "}", PATIENCE)
        .handle((answer, _) -> answer);
  }
}
