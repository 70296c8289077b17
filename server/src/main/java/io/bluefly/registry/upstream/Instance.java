package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.upstream.InstanceState.Failure;
import io.bluefly.registry.upstream.InstanceState.Phase;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one session with a server open: opens it, notices its end, and opens it again after a
 * pause, until it is closed. Its state changes under its lock, which is never held while anything
 * waits; whoever only wants to use it takes no lock.
 */
public final class Instance {
  /** An upstream that stayed open so long has recovered: its next failure is a first one. */
  private static final Duration STABLE = Duration.ofSeconds(30);

  /** A session that stood so long and was forgotten is opened again without a pause. */
  private static final Duration RENEWABLE = Duration.ofSeconds(1);

  /** Hears of this instance's ups and downs. */
  interface Owner {
    void opened(Instance instance, UpstreamSession session, long millis);

    void down(Instance instance, UpstreamException why);
  }

  private final Endpoint endpoint;
  private final Opener opener;
  private final Backoff backoff;
  private final Executor executor;
  private final Timer timers;
  private final InstantSource clock;
  private final Owner owner;
  private final ProbeMemory memory = new ProbeMemory();
  private final InFlight inFlight = new InFlight();

  private Phase phase = Phase.OPENING;
  private @Nullable UpstreamSession session;

  /** The session while it takes calls; the one field that is read without the lock. */
  private volatile @Nullable UpstreamSession usable;

  private @Nullable Instant openedAt;
  private @Nullable Instant nextAttemptAt;
  private @Nullable Failure failure;
  private List<String> lastStderr = List.of();
  private @Nullable Timeout timer;
  private @Nullable Thread opening;
  private int opens;
  private int failures;

  /** The session that is opened next, for calls that can go on in it. */
  private CompletableFuture<UpstreamSession> next = new CompletableFuture<>();

  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  Instance(
      Endpoint endpoint,
      Opener opener,
      Backoff backoff,
      Executor executor,
      Timer timers,
      InstantSource clock,
      Owner owner) {
    this.endpoint = endpoint;
    this.opener = opener;
    this.backoff = backoff;
    this.executor = executor;
    this.timers = timers;
    this.clock = clock;
    this.owner = owner;
  }

  void start() {
    executor.execute(this::attempt);
  }

  private void attempt() {
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        gone.complete(null);
        return;
      }
      phase = Phase.OPENING;
      nextAttemptAt = null;
      opening = Thread.currentThread();
    }
    long began = System.nanoTime();
    try {
      opened(
          opener.open(endpoint, memory), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    } catch (UpstreamException e) {
      lost(null, e);
    } catch (RuntimeException e) {
      lost(null, new UpstreamException(FailureReason.CONFIGURATION, "it can't be opened: " + e));
    }
  }

  private void opened(UpstreamSession fresh, long millis) {
    CompletableFuture<UpstreamSession> awaited;
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        fresh.closed().thenRun(() -> ended(fresh));
        fresh.close();
        return;
      }
      opening = null;
      phase = Phase.OPEN;
      session = fresh;
      usable = fresh;
      openedAt = clock.instant();
      opens++;
      awaited = next;
      next = new CompletableFuture<>();
    }
    if (fresh instanceof HttpSession http) {
      http.succeededBy(() -> after(http));
    }
    owner.opened(this, fresh, millis);
    awaited.complete(fresh);
    fresh.closed().thenAccept(why -> lost(fresh, why));
  }

  /** The session that follows on {@code old}; fails when the next attempt to open one does. */
  private synchronized CompletableFuture<UpstreamSession> after(UpstreamSession old) {
    if (phase == Phase.CLOSED) {
      return CompletableFuture.failedFuture(closed());
    }
    return phase == Phase.OPEN && session != null && session != old
        ? CompletableFuture.completedFuture(session)
        : next;
  }

  private static UpstreamException closed() {
    return new UpstreamException(FailureReason.EXITED, "the connection is being closed");
  }

  /** The session has ended, or there was none to be had. */
  private void lost(@Nullable UpstreamSession ended, UpstreamException why) {
    CompletableFuture<UpstreamSession> awaited = new CompletableFuture<>();
    boolean atOnce;
    synchronized (this) {
      opening = null;
      if (phase == Phase.CLOSED) {
        ended(ended);
        return;
      }
      Instant now = clock.instant();
      boolean wasStable = openedAt != null && openedAt.plus(STABLE).isBefore(now);
      atOnce =
          ended instanceof HttpSession http
              && http.isForgotten()
              && openedAt != null
              && openedAt.plus(RENEWABLE).isBefore(now);
      failures = wasStable || atOnce ? 1 : failures + 1;
      Duration pause =
          atOnce ? Duration.ZERO : backoff.pause(failures, ThreadLocalRandom.current());
      phase = Phase.WAITING;
      session = null;
      usable = null;
      openedAt = null;
      failure = new Failure(why.reason(), why.getMessage(), now);
      lastStderr = why.stderr();
      nextAttemptAt = now.plus(pause);
      timer =
          timers.newTimeout(
              _ -> executor.execute(this::attempt), pause.toMillis(), TimeUnit.MILLISECONDS);
      if (ended == null) {
        awaited = next;
        next = new CompletableFuture<>();
      }
    }
    awaited.completeExceptionally(why);
    if (!atOnce) {
      owner.down(this, why); // A server that only wants another greeting is not down.
    }
  }

  private void ended(@Nullable UpstreamSession last) {
    childOf(last).whenComplete((_, error) -> gone.complete(null));
  }

  private static CompletableFuture<Void> childOf(@Nullable UpstreamSession session) {
    return session instanceof ChannelSession channel
            && channel.channel() instanceof ChildProcess child
        ? child.ended()
        : CompletableFuture.completedFuture(null);
  }

  /** Ends it for good; completes when its process is gone. */
  CompletableFuture<Void> close() {
    UpstreamSession open;
    CompletableFuture<UpstreamSession> awaited;
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        return gone;
      }
      boolean isOpening = opening != null;
      if (opening != null) {
        opening.interrupt();
      }
      phase = Phase.CLOSED;
      awaited = next;
      open = session;
      usable = null;
      if (timer != null) {
        timer.cancel();
      }
      if (open == null && !isOpening) {
        gone.complete(null);
      }
    }
    awaited.completeExceptionally(closed());
    if (open != null) {
      open.close();
    }
    return gone;
  }

  /** The session that takes calls; null while it is not open. */
  public @Nullable UpstreamSession session() {
    return usable;
  }

  /** The calls that go on here. */
  public InFlight inFlight() {
    return inFlight;
  }

  /** Since when it is open; null while it is not. */
  public synchronized @Nullable Instant openedAt() {
    return openedAt;
  }

  /** Why it failed last; null when it never did. */
  public synchronized @Nullable Failure failure() {
    return failure;
  }

  /** A wrong command or missing credentials do not mend themselves within a call's patience. */
  public boolean mayOpenSoon() {
    Failure last = failure();
    return last == null
        || (last.reason() != FailureReason.CONFIGURATION
            && last.reason() != FailureReason.NEEDS_AUTHENTICATION);
  }

  synchronized InstanceState state() {
    ChildProcess child =
        session instanceof ChannelSession channel
                && channel.channel() instanceof ChildProcess process
            ? process
            : null;
    return new InstanceState(
        phase,
        session == null ? null : session.server(),
        openedAt,
        nextAttemptAt,
        Math.max(0, opens - 1),
        failure,
        child == null ? null : child.handle().pid(),
        child == null ? lastStderr : child.stderrTail());
  }
}
