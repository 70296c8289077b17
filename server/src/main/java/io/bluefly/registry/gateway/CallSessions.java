package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.Upstream;
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
 * server asks or logs there belongs to that call. Kept for the next call that is made with the same
 * capabilities, and ended when none comes.
 */
final class CallSessions {
  /** What a session was opened with; {@code initialize} is JSON text. */
  private record Key(String connectionId, String initialize, LogLevel level) {}

  private final OwnSessions own;
  private final Duration keep;
  private final Map<Key, Deque<CallSession>> idle = new ConcurrentHashMap<>();

  CallSessions(OwnSessions own, Duration keep) {
    this.own = own;
    this.keep = keep;
  }

  /** A session for one call; whoever borrows gives it back or closes it. */
  CompletableFuture<CallSession> borrow(
      String connectionId, Upstream upstream, String initialize, LogLevel level) {
    Key key = new Key(connectionId, initialize, level);
    CallSession kept = poll(key);
    if (kept != null) {
      return CompletableFuture.completedFuture(kept);
    }
    CallSession fresh = new CallSession(key);
    return own.open(connectionId, upstream, initialize, fresh::idleNanos)
        .thenCompose(fresh::open)
        .thenCompose(line -> line.session().listening().thenApply(_ -> line));
  }

  private @Nullable CallSession poll(Key key) {
    CallSession[] found = new CallSession[1];
    idle.computeIfPresent(
        key,
        (_, kept) -> {
          CallSession next = kept.pollLast();
          while (next != null && next.session().closed().isDone()) {
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
      call = next;
    }

    private void take() {
      used = true;
      since = System.nanoTime();
    }

    /** The call is over; the session may serve another. */
    void giveBack() {
      call = null;
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
      session().close();
      return true;
    }

    @Override
    public void notification(RpcMessage message) {
      UpstreamSession.Listener hearing = call;
      if (hearing != null) {
        hearing.notification(message);
      }
    }

    @Override
    public boolean request(RpcMessage message) {
      UpstreamSession.Listener hearing = call;
      return hearing != null && hearing.request(message);
    }
  }
}
