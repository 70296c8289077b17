package io.bluefly.registry.health;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamException;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks a server whether it answers, in the way of its era. Waits for the answer. */
final class Probe {
  private Probe() {}

  static Evidence of(Upstream upstream, Duration timeout) {
    Optional<UpstreamSession> session = upstream.session();
    if (session.isEmpty()) {
      return upstream.states().stream()
          .map(state -> state.failure())
          .filter(java.util.Objects::nonNull)
          .findFirst()
          .<Evidence>map(f -> new Evidence.Unanswered(f.reason(), f.message()))
          .orElse(new Evidence.Unanswered(FailureReason.TIMEOUT, "the server is still starting"));
    }
    return of(session.get(), timeout);
  }

  private static Evidence of(UpstreamSession session, Duration timeout) {
    String method = session.server().era() == Era.MODERN ? "server/discover" : "ping";
    long began = System.nanoTime();
    try {
      // An error is an answer, too: the server is there.
      session.request(method, "{}", timeout).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Evidence.Answered(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    } catch (ExecutionException e) {
      return e.getCause() instanceof UpstreamException known
          ? new Evidence.Unanswered(known.reason(), known.getMessage())
          : new Evidence.Unanswered(FailureReason.UNREACHABLE, "the probe failed");
    } catch (TimeoutException e) {
      return new Evidence.Unanswered(
          FailureReason.TIMEOUT, "no answer within " + timeout.toMillis() + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Evidence.Unanswered(FailureReason.EXITED, "the registry is stopping");
    }
  }
}
