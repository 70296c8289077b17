package io.bluefly.registry.upstream;

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
 * waits. A call that has begun in {@link #inFlight} and then finds a {@link #session} may use it
 * until it ends; only a crash takes it away before.
 */
public final class Instance {
  /** A session that stood so long and was forgotten is opened again without a pause. */
  private static final Duration RENEWABLE = Duration.ofSeconds(1);

  /** Opens a session; may wait. */
  @FunctionalInterface
  interface Opening {
    UpstreamSession open() throws UpstreamException;
  }

  /** Hears of this instance's ups and downs. */
  interface Owner {
    void opened(Instance instance, UpstreamSession session, long millis);

    void down(Instance instance, UpstreamException why);

    /** It has ended because nobody called. */
    void asleep(Instance instance);

    /** It is in a crash loop from now on; told before it is down. */
    void crashLoop(Instance instance, UpstreamException why);
  }

  /** What an instance works with. */
  record Parts(
      Backoff backoff,
      Executor executor,
      Timer timers,
      InstantSource clock,
      Duration crashLoopWindow) {}

  private final Opening source;
  private final Parts parts;
  private final Owner owner;
  private final InFlight calls = new InFlight();
  private final CrashLoop crashes;
  private final Idleness idleness;

  /** What takes calls; none while it is not open. */
  private volatile @Nullable UpstreamSession session;

  private Phase phase = Phase.OPENING;

  /** What it owns, whether that takes calls or not. */
  private @Nullable UpstreamSession held;

  private @Nullable ServerInfo server;
  private @Nullable Instant openedAt;
  private @Nullable Instant nextAttemptAt;
  private @Nullable Failure failure;
  private List<String> lastStderr = List.of();
  private @Nullable Timeout timer;
  private @Nullable Thread opening;
  private int opens;
  private boolean hasWorked;
  private int failures;

  /** The session that is opened next, for calls that can go on in it. */
  private CompletableFuture<UpstreamSession> next = new CompletableFuture<>();

  /** Completes when the processes that it has had so far are gone. */
  private CompletableFuture<Void> processes = CompletableFuture.completedFuture(null);

  private final CompletableFuture<Void> gone = new CompletableFuture<>();

  Instance(Opening source, Parts parts, Owner owner) {
    this.source = source;
    this.parts = parts;
    this.owner = owner;
    this.crashes = new CrashLoop(parts.crashLoopWindow);
    this.idleness = new Idleness(parts.clock.instant());
  }

  void start() {
    parts.executor.execute(this::attempt);
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
      opened(source.open(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    } catch (UpstreamException e) {
      lost(null, e);
    } catch (RuntimeException e) {
      // Its message is nobody's to see: it may hold the value of a variable.
      String what = e.getClass().getSimpleName();
      lost(null, new UpstreamException(FailureReason.CONFIGURATION, "it can't be opened: " + what));
    }
  }

  private void opened(UpstreamSession fresh, long millis) {
    boolean mayBeUsed;
    synchronized (this) {
      if (ChildProcess.of(fresh) != null) {
        processes = CompletableFuture.allOf(processes, fresh.closed());
      }
      opening = null;
      if (phase == Phase.CLOSED) {
        fresh.close();
        processes.thenRun(() -> gone.complete(null));
        return;
      }
      held = fresh;
      server = fresh.server();
      openedAt = parts.clock.instant();
      idleness.reset(openedAt);
      opens++;
      hasWorked = true;
      mayBeUsed = !crashes.isLooping();
      if (!mayBeUsed) {
        phase = Phase.PROVING;
        after(CrashLoop.PROOF, () -> use(fresh, millis));
      }
    }
    if (mayBeUsed) {
      use(fresh, millis);
    }
    fresh.closed().thenAccept(why -> lost(fresh, why));
  }

  /** The session takes calls from now on. */
  @SuppressWarnings("ReferenceEquality") // Is it still this very session?
  private void use(UpstreamSession fresh, long millis) {
    CompletableFuture<UpstreamSession> awaited;
    synchronized (this) {
      if (held != fresh || phase == Phase.CLOSED || phase == Phase.DRAINING) {
        return; // It was ended between its opening and now.
      }
      phase = Phase.OPEN;
      session = fresh;
      calls.resume();
      awaited = next;
      next = new CompletableFuture<>();
    }
    if (fresh instanceof HttpSession http) {
      http.succeededBy(() -> after(http));
    }
    owner.opened(this, fresh, millis);
    awaited.complete(fresh);
  }

  private void after(Duration pause, Runnable task) {
    timer =
        parts.timers.newTimeout(
            _ -> parts.executor.execute(task), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The session that follows on {@code old}; fails when the next attempt to open one does. */
  synchronized CompletableFuture<UpstreamSession> after(UpstreamSession old) {
    if (phase == Phase.CLOSED || phase == Phase.DRAINING) {
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
    boolean loopBegins = false;
    synchronized (this) {
      if (ended == null) {
        opening = null;
      } else if (ended != held) {
        return; // It was put to sleep: a process may take its time to end.
      }
      if (phase == Phase.CLOSED || phase == Phase.DRAINING) {
        phase = Phase.CLOSED;
        session = null;
        processes.thenRun(() -> gone.complete(null));
        return;
      }
      Instant now = parts.clock.instant();
      boolean wasStable = openedAt != null && CrashLoop.isStable(openedAt, now);
      atOnce =
          ended instanceof HttpSession http
              && http.isForgotten()
              && openedAt != null
              && openedAt.plus(RENEWABLE).isBefore(now);
      if (openedAt != null && !atOnce) {
        loopBegins = crashes.ended(openedAt, now);
      }
      failures = wasStable || atOnce ? 1 : failures + 1;
      failure = new Failure(why.reason(), why.getMessage(), now);
      lastStderr = why.stderr();
      hasWorked = false;
      held = null;
      session = null;
      openedAt = null;
      retry(atOnce ? Duration.ZERO : pause(), now);
      if (ended == null) {
        awaited = next;
        next = new CompletableFuture<>();
      }
    }
    awaited.completeExceptionally(why);
    if (loopBegins) {
      owner.crashLoop(this, why);
    }
    if (!atOnce) {
      owner.down(this, why); // A server that only wants another greeting is not down.
    }
  }

  private Duration pause() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return crashes.isLooping()
        ? parts.backoff.longestPause(random)
        : parts.backoff.pause(failures, random);
  }

  private void retry(Duration pause, Instant now) {
    phase = Phase.WAITING;
    nextAttemptAt = now.plus(pause);
    after(pause, this::attempt);
  }

  /**
   * Ends its session if there was no call for {@code most}, until {@link #wake}. Exact to the time
   * between two looks.
   */
  void sleepIfIdle(Duration most) {
    UpstreamSession resting;
    synchronized (this) {
      boolean idle = idleness.of(calls, parts.clock.instant()).compareTo(most) >= 0;
      if (phase != Phase.OPEN || held == null || !idle || !calls.pauseIfUnused()) {
        return;
      }
      resting = held;
      phase = Phase.ASLEEP;
      held = null;
      session = null;
      openedAt = null;
      failures = 0;
    }
    resting.close();
    owner.asleep(this);
  }

  /** Starts it again if it is asleep: somebody has a call for it. */
  public void wake() {
    synchronized (this) {
      if (phase != Phase.ASLEEP) {
        return;
      }
      phase = Phase.OPENING;
    }
    start();
  }

  /** Whether it has been open for {@code age} or longer. */
  synchronized boolean isOlderThan(Duration age) {
    return phase == Phase.OPEN
        && openedAt != null
        && !openedAt.plus(age).isAfter(parts.clock.instant());
  }

  /** True once, when it has stayed open long enough to be out of its crash loop. */
  synchronized boolean hasLeftCrashLoop() {
    return phase == Phase.OPEN && crashes.isOver(openedAt, parts.clock.instant());
  }

  synchronized boolean isInCrashLoop() {
    return crashes.isLooping();
  }

  /**
   * Takes no more calls, lets those in flight end for at most {@code patience}, and ends it for
   * good; completes when its process is gone.
   */
  CompletableFuture<Void> drain(Duration patience) {
    CompletableFuture<UpstreamSession> awaited = new CompletableFuture<>();
    synchronized (this) {
      if (phase == Phase.OPEN) {
        phase = Phase.DRAINING;
        session = null;
        awaited = next;
      }
    }
    awaited.completeExceptionally(closed()); // No session follows on this one.
    CompletableFuture<Void> ended = calls.drain().copy();
    Timeout limit =
        parts.timers.newTimeout(
            _ -> ended.complete(null), patience.toMillis(), TimeUnit.MILLISECONDS);
    ended.thenRun(limit::cancel);
    return ended.thenComposeAsync(_ -> close(), parts.executor);
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
      session = null;
      awaited = next;
      open = held;
      if (timer != null) {
        timer.cancel();
      }
      if (open == null && !isOpening) {
        processes.thenRun(() -> gone.complete(null));
      }
    }
    awaited.completeExceptionally(closed());
    if (open != null) {
      open.close();
    }
    return gone;
  }

  /** What the server said of itself, while it is open or asleep. */
  synchronized @Nullable ServerInfo server() {
    return phase == Phase.OPEN || phase == Phase.ASLEEP ? server : null;
  }

  /** The session for calls; none while it is not open. */
  public @Nullable UpstreamSession session() {
    return session;
  }

  /** The calls that it has; whoever uses its session begins one here, before it looks for that. */
  public InFlight inFlight() {
    return calls;
  }

  /** Whether it takes calls as soon as it is woken. */
  public synchronized boolean isAsleep() {
    return phase == Phase.ASLEEP;
  }

  /** Whether a call should wait for it: what is configured wrongly does not mend itself. */
  public synchronized boolean mayOpenSoon() {
    return failure == null
        || hasWorked
        || switch (failure.reason()) {
          case CONFIGURATION, NEEDS_AUTHENTICATION, PROCESS_BUDGET -> false;
          case UNREACHABLE, PROTOCOL, TIMEOUT, EXITED -> true;
        };
  }

  /** Its process, if it has one at this moment. */
  synchronized @Nullable ChildProcess child() {
    return ChildProcess.of(held);
  }

  /** Why it failed last; null when it never did. */
  public synchronized @Nullable Failure failure() {
    return failure;
  }

  synchronized InstanceState state() {
    ChildProcess child = child();
    return new InstanceState(
        phase,
        held == null && phase != Phase.ASLEEP ? null : server,
        openedAt,
        nextAttemptAt,
        Math.max(0, opens - 1),
        crashes.isLooping(),
        failure,
        child == null ? null : child.handle().pid(),
        child == null ? lastStderr : child.stderrTail());
  }
}
