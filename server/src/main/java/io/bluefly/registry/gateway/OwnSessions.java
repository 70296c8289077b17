package io.bluefly.registry.gateway;

import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamException;
import io.bluefly.registry.upstream.UpstreamSession;
import io.bluefly.registry.upstream.Upstreams;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * The sessions with legacy servers that belong to one client each, since only that client can
 * answer what the server asks: for stdio an instance. There is a limit for each connection; one
 * that has not been used for a while makes room.
 */
final class OwnSessions {
  /** One that was used a moment ago is not taken from its client. */
  private static final long EVICTABLE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private record Held(
      String connectionId,
      UpstreamSession session,
      LongSupplier idleNanos,
      Semaphore place,
      AtomicBoolean placed) {
    void giveBack() {
      if (placed.compareAndSet(true, false)) {
        place.release();
      }
    }
  }

  private final Upstreams upstreams;
  private final GatewaySettings settings;
  private final Map<String, Semaphore> places = new ConcurrentHashMap<>();
  private final Set<Held> all = ConcurrentHashMap.newKeySet();

  OwnSessions(Upstreams upstreams, GatewaySettings settings) {
    this.upstreams = upstreams;
    this.settings = settings;
  }

  /**
   * Opens a session.
   *
   * @param initialize JSON text of the {@code params} of the client's {@code initialize}
   * @param idleNanos for how long the session has not been used
   * @return fails with an {@link UpstreamException}
   */
  CompletableFuture<UpstreamSession> open(
      String connectionId, String initialize, LongSupplier idleNanos) {
    Upstream upstream = upstreams.find(connectionId).orElse(null);
    if (upstream == null) {
      return CompletableFuture.failedFuture(
          new UpstreamException(FailureReason.EXITED, "the connection is being closed"));
    }
    int limit = upstream.isProcess() ? settings.maxOwnInstances() : settings.maxOwnSessions();
    Semaphore place = places.computeIfAbsent(connectionId, _ -> new Semaphore(limit));
    if (!place.tryAcquire() && !(makeRoom(connectionId) && place.tryAcquire())) {
      return CompletableFuture.failedFuture(full(upstream, limit));
    }
    return upstream
        .openOwn(initialize)
        .whenComplete((session, _) -> {
          if (session == null) {
            place.release();
          } else {
            hold(new Held(connectionId, session, idleNanos, place, new AtomicBoolean(true)));
          }
        });
  }

  private void hold(Held held) {
    all.add(held);
    held.session
        .closed()
        .thenRun(() -> {
          all.remove(held);
          held.giveBack();
        });
  }

  /** Ends a session that was opened here; its place is free at once, however long it takes. */
  void end(UpstreamSession session) {
    session.close();
    all.stream().filter(held -> held.session == session).forEach(Held::giveBack);
  }

  /** Why a session could not be opened, in a sentence for the client. */
  static String why(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof UpstreamException known ? known.getMessage() : "an internal error";
  }

  /** A connection is gone. */
  void forget(String connectionId) {
    places.remove(connectionId);
  }

  private static UpstreamException full(Upstream upstream, int limit) {
    return new UpstreamException(
        FailureReason.CONFIGURATION,
        "all "
            + limit
            + (upstream.isProcess() ? " instances" : " sessions")
            + " for clients with sampling, elicitation or roots are in use: end such a session, or"
            + " raise gateway."
            + (upstream.isProcess() ? "max-own-instances" : "max-own-sessions"));
  }

  /** Ends the session that has not been used for longest; false when all are in use. */
  private boolean makeRoom(String connectionId) {
    Optional<Held> longest =
        all.stream()
            .filter(held -> held.connectionId.equals(connectionId))
            .filter(held -> held.idleNanos.getAsLong() > EVICTABLE_NANOS)
            .max(Comparator.comparingLong(held -> held.idleNanos.getAsLong()));
    longest.ifPresent(held -> {
      held.session.close();
      held.giveBack();
    });
    return longest.isPresent();
  }
}
