package io.bluefly.registry.upstream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls that an instance has at one time, never more than it may have, and lets them end
 * before the instance is closed. One number holds the count and whether new calls are refused, so
 * that none can begin unseen while it drains; no lock.
 */
public final class InFlight {
  private static final int DRAINING = 1 << 31;
  private static final int COUNT = ~DRAINING;

  private final AtomicInteger state = new AtomicInteger();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /**
   * Begins a call, which has to {@link #end}; not when there are {@code limit} already, and not
   * when it drains.
   */
  public boolean tryBegin(int limit) {
    int now = state.get();
    while (now >= 0 && now < limit) {
      if (state.compareAndSet(now, now + 1)) {
        return true;
      }
      now = state.get();
    }
    return false;
  }

  /** A call that has begun has ended. */
  public void end() {
    if (state.decrementAndGet() == DRAINING) {
      drained.complete(null);
    }
  }

  /** Calls that have begun and not ended. */
  public int count() {
    return state.get() & COUNT;
  }

  /** Whether new calls are refused. */
  public boolean isDraining() {
    return state.get() < 0;
  }

  /** Refuses new calls from now on; completes when the last one has ended. */
  public CompletableFuture<Void> drain() {
    if ((state.getAndUpdate(now -> now | DRAINING) & COUNT) == 0) {
      drained.complete(null);
    }
    return drained;
  }
}
