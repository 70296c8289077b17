package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Sessions with legacy servers in which one call of a modern client at a time is made: what the
 * server asks or logs there belongs to that call. Kept for the next call of the same principal that
 * is made with the same capabilities and log level, and ended when none comes.
 *
 * <p>Nothing says which call a server's question belongs to, and it may come after the answer. So a
 * session in which the server has asked anything during a call, or asked or said anything between
 * two calls (other than that a list has changed), is closed and not used again.
 */
final class CallSessions {
  /** Characters of the capabilities that a session is opened with. */
  static final int MAX_INITIALIZE = 16 * 1024;

  /** What a session was opened with; {@code initialize} is JSON text. */
  private record Key(String principal, String connectionId, String initialize, LogLevel level) {}

  private final OwnSessions own;
  private final Duration keep;
  private final Map<Key, Deque<CallSession>> idle = new ConcurrentHashMap<>();

  CallSessions(OwnSessions own, Duration keep) {
    this.own = own;
    this.keep = keep;
  }

  /** A session for one call; whoever borrows gives it back or closes it. */
  CompletableFuture<CallSession> borrow(
      Principal principal, String connectionId, String initialize, LogLevel level) {
    Key key = new Key(principal.id(), connectionId, initialize, level);
    CallSession kept = poll(key);
    if (kept != null) {
      return CompletableFuture.completedFuture(kept);
    }
    return open(key);
  }

  private CompletableFuture<CallSession> open(Key key) {
    CallSession fresh = new CallSession(key);
    return own.open(key.connectionId, key.initialize, fresh::idleNanos)
        .thenCompose(fresh::open)
        .thenCompose(line -> line.session().listening().thenApply(_ -> line));
  }

  private @Nullable CallSession poll(Key key) {
    CallSession[] found = new CallSession[1];
    idle.computeIfPresent(
        key,
        (_, kept) -> {
          CallSession next = kept.pollLast();
          while (next != null && !next.isUsable()) {
            next = kept.pollLast();
          }
          found[0] = next;
          return kept.isEmpty() ? null : kept;
        });
    if (found[0] != null) {
      found[0].take();
    }
    return found[0];
  }

  /** Ends those that nobody has used for long. */
  void endIdle() {
    for (Key key : List.copyOf(idle.keySet())) {
      idle.computeIfPresent(
          key,
          (_, kept) -> {
            kept.removeIf(CallSession::endedIfIdle);
            return kept.isEmpty() ? null : kept;
          });
    }
  }

  /** A session, and the call that is made in it. */
  final class CallSession implements UpstreamSession.Listener {
    private final Key key;
    private volatile @Nullable UpstreamSession session;
    private volatile UpstreamSession.@Nullable Listener call;
    private volatile boolean used = true;
    private volatile boolean served;
    private volatile boolean spent;
    private volatile long since = System.nanoTime();

    private CallSession(Key key) {
      this.key = key;
    }

    private CompletableFuture<CallSession> open(UpstreamSession opened) {
      session = opened;
      opened.listen(this);
      if (key.level != LogLevel.UNSET && LogLevels.takesLevel(opened)) {
        return LogLevels.set(opened, key.level).thenApply(_ -> this);
      }
      return CompletableFuture.completedFuture(this);
    }

    UpstreamSession session() {
      UpstreamSession opened = session;
      if (opened == null) {
        throw new IllegalStateException("the session is not open yet");
      }
      return opened;
    }

    /** Has {@code next} hear what the server says and asks, until it is given back. */
    void serve(UpstreamSession.Listener next) {
      served = true;
      call = next;
    }

    /** The server has asked something: whom it asks next would be a guess. */
    void asked() {
      spent = true;
    }

    private boolean isUsable() {
      return !spent && !session().closed().isDone();
    }

    /** A session like this one in which nothing has been done; for a call that met its end. */
    CompletableFuture<CallSession> anew() {
      return CallSessions.this.open(key);
    }

    /** The call is over, and the session with it. */
    void close() {
      spent = true;
      own.end(session());
    }

    private void take() {
      used = true;
      since = System.nanoTime();
    }

    /** The call is over; the session may serve another, unless the server has asked in it. */
    void giveBack() {
      call = null;
      if (spent) {
        close();
        return;
      }
      since = System.nanoTime();
      used = false;
      idle.compute(
          key,
          (_, kept) -> {
            Deque<CallSession> all = kept == null ? new ArrayDeque<>() : kept;
            all.addLast(this);
            return all;
          });
    }

    /** Without a call it is nobody's, and may be ended at once to make room. */
    private long idleNanos() {
      return used ? 0 : Long.MAX_VALUE / 2 + (System.nanoTime() - since);
    }

    private boolean endedIfIdle() {
      if (System.nanoTime() - since < keep.toNanos()) {
        return false;
      }
      close();
      return true;
    }

    /** The server asks or speaks, and it can't be told whom. */
    private void strayed() {
      if (served) { // Before the first call there is nobody whom it could be about.
        close();
        idle.computeIfPresent(
            key,
            (_, kept) -> {
              kept.remove(this);
              return kept.isEmpty() ? null : kept;
            });
      }
    }

    @Override
    public void notification(RpcMessage message) {
      UpstreamSession.Listener hearing = call;
      if (hearing != null) {
        hearing.notification(message);
      } else if (!message.method().endsWith("/list_changed")) {
        strayed();
      }
    }

    @Override
    public boolean request(RpcMessage message) {
      UpstreamSession.Listener hearing = call;
      if (hearing == null) {
        strayed();
        return false;
      }
      return hearing.request(message);
    }
  }
}
