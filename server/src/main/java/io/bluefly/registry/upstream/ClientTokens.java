package io.bluefly.registry.upstream;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one connection: one is fetched at a time, kept until most of its life is over, and
 * then replaced while it is still good. A server that accepts none gets no storm of them.
 */
final class ClientTokens {
  /** Fetches a token; may wait. */
  @FunctionalInterface
  interface Source {
    Grant fetch() throws UpstreamException;
  }

  /**
   * A token that was given out.
   *
   * @param life how long it is good for
   */
  record Grant(String token, Duration life) {}

  /** At most so often is a token replaced because a server does not accept it. */
  static final Duration FLOOR = Duration.ofSeconds(30);

  /** A failure is the answer to all who ask so soon after it. */
  private static final Duration FAILURE = Duration.ofSeconds(1);

  private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(10);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(15);

  /** Of its life, after which it is replaced. */
  private static final double USED = 0.9;

  private final Source source;
  private final Executor executor;
  private final Timer timers;
  private final LongSupplier nanos;
  private volatile @Nullable Held held;
  private @Nullable CompletableFuture<String> fetching;
  private @Nullable UpstreamException failure;
  private long attempted;
  private boolean hasAttempted;
  private @Nullable Timeout refresh;
  private boolean closed;

  /**
   * Fetches nothing yet.
   *
   * @param executor runs {@code source}, on threads that may wait
   * @param nanos as {@link System#nanoTime}
   */
  ClientTokens(Source source, Executor executor, Timer timers, LongSupplier nanos) {
    this.source = source;
    this.executor = executor;
    this.timers = timers;
    this.nanos = nanos;
  }

  private record Held(String token, long until) {}

  /** The latest token, good or not; null before the first. */
  @Nullable String latest() {
    Held now = held;
    return now == null ? null : now.token;
  }

  /** Waits until there is a token that is good. */
  void await() throws UpstreamException {
    try {
      current().get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UpstreamException known
          ? known
          : new UpstreamException(FailureReason.CONFIGURATION, "no token is to be had: " + e);
    } catch (TimeoutException e) {
      throw new UpstreamException(FailureReason.TIMEOUT, "no token came in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
  }

  private CompletableFuture<String> current() {
    synchronized (this) {
      Held now = held;
      if (now != null && nanos.getAsLong() - now.until < 0) {
        return CompletableFuture.completedFuture(now.token);
      }
      if (failure != null && sinceAttempt() < FAILURE.toNanos()) {
        return CompletableFuture.failedFuture(failure);
      }
    }
    return fetch();
  }

  /**
   * Fetches another one, unless that has been done since {@code used} or not long ago.
   *
   * @return whether there is another one than {@code used}; never fails
   */
  CompletableFuture<Boolean> renewed(String used) {
    synchronized (this) {
      Held now = held;
      if (now != null && !now.token.equals(used)) {
        return CompletableFuture.completedFuture(true);
      }
      if (fetching == null && hasAttempted && sinceAttempt() < FLOOR.toNanos()) {
        return CompletableFuture.completedFuture(false);
      }
    }
    return fetch().handle((token, _) -> token != null && !token.equals(used));
  }

  private long sinceAttempt() {
    return nanos.getAsLong() - attempted;
  }

  private CompletableFuture<String> fetch() {
    CompletableFuture<String> mine = new CompletableFuture<>();
    synchronized (this) {
      if (fetching != null) {
        return fetching;
      }
      fetching = mine;
      attempted = nanos.getAsLong();
      hasAttempted = true;
      failure = null;
    }
    try {
      executor.execute(() -> fetch(mine));
    } catch (RejectedExecutionException e) {
      failed(e, mine);
    }
    return mine;
  }

  private void fetch(CompletableFuture<String> mine) {
    try {
      Grant grant = source.fetch();
      fetched(grant);
      mine.complete(grant.token());
    } catch (UpstreamException e) {
      failed(e);
      mine.completeExceptionally(e);
    } catch (Throwable e) { // Else everybody would wait for this one for ever.
      failed(e, mine);
    }
  }

  private void failed(Throwable defect, CompletableFuture<String> mine) {
    UpstreamException why =
        new UpstreamException(
            FailureReason.CONFIGURATION, "no token is to be had: " + defect.getClass().getName());
    failed(why);
    mine.completeExceptionally(why);
  }

  private synchronized void fetched(Grant grant) {
    fetching = null;
    held = new Held(grant.token(), nanos.getAsLong() + grant.life().toNanos());
    Duration used = Duration.ofNanos((long) (grant.life().toNanos() * USED));
    refreshAfter(used.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : used);
  }

  private synchronized void failed(UpstreamException why) {
    fetching = null;
    failure = why;
    if (held != null) {
      refreshAfter(FLOOR); // Whoever opens a first session asks again by itself.
    }
  }

  private void refreshAfter(Duration pause) {
    if (refresh != null) {
      refresh.cancel();
    }
    if (!closed) {
      refresh = timers.newTimeout(_ -> fetch(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Fetches no more of itself. */
  synchronized void close() {
    closed = true;
    if (refresh != null) {
      refresh.cancel();
    }
  }
}
