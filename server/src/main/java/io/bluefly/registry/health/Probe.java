package io.bluefly.registry.health;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.InstanceState;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamException;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks a server whether it answers, in the way of its era. Waits for the answer. */
final class Probe {
  /** The session knows more of a request that has no answer in time, and is to be the first. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private Probe() {}

  /** What the server says; null while it is opened for the first time, which has its own end. */
  static @Nullable Evidence of(Upstream upstream, Duration timeout) {
    Optional<UpstreamSession> session = upstream.session();
    return session.isPresent() ? of(session.get(), timeout) : failure(upstream);
  }

  private static @Nullable Evidence failure(Upstream upstream) {
    return upstream.states().stream()
        .map(InstanceState::failure)
        .filter(Objects::nonNull)
        .findFirst()
        .map(failure -> new Evidence.Unanswered(failure.reason(), failure.message()))
        .orElse(null);
  }

  private static Evidence of(UpstreamSession session, Duration timeout) {
    String method = session.server().era() == Era.MODERN ? "server/discover" : "ping";
    long began = System.nanoTime();
    try {
      // An error is an answer, too: the server is there.
      Duration most = timeout.plus(GRACE);
      session.request(method, "{}", timeout).get(most.toMillis(), TimeUnit.MILLISECONDS);
      return new Evidence.Answered(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    } catch (ExecutionException e) {
      return e.getCause() instanceof UpstreamException known
          ? unanswered(known, timeout)
          : new Evidence.Unanswered(FailureReason.UNREACHABLE, "the probe failed");
    } catch (TimeoutException e) {
      return timedOut(timeout);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Evidence.Unanswered(FailureReason.EXITED, "the registry is stopping");
    }
  }

  /** Whichever deadline is the first to notice, the session's or the one here. */
  private static Evidence unanswered(UpstreamException why, Duration timeout) {
    return why.reason() == FailureReason.TIMEOUT
        ? timedOut(timeout)
        : new Evidence.Unanswered(why.reason(), why.getMessage());
  }

  private static Evidence timedOut(Duration timeout) {
    return new Evidence.Unanswered(
        FailureReason.TIMEOUT, "Connection timeout after " + timeout.toMillis() + "ms");
  }
}
