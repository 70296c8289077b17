package io.bluefly.registry.upstream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the calls that an instance has at one time, never more than it may have, and lets them end
 * before the instance is closed. One number holds the count, whether new calls are refused, and how
 * many calls there were, so that none can begin unseen while it drains; no lock, no clock.
 */
public final class InFlight {
  private static final long DRAINING = 1L << 63;
  private static final long PAUSED = 1L << 62;
  private static final long REFUSING = DRAINING | PAUSED;

  /** One call more, and one more that has begun; those stand above the count and wrap around. */
  private static final long ONE_MORE = (1L << 32) + 1;

  private static final int BEGUN_SHIFT = 32;

  private final AtomicLong state = new AtomicLong();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

  /**
   * Begins a call, which has to {@link #end}; not when there are {@code limit} already, and not
   * when it drains.
   */
  public boolean tryBegin(int limit) {
    long now = state.get();
    while ((now & REFUSING) == 0 && (int) now < limit) {
      if (state.compareAndSet(now, (now + ONE_MORE) & ~REFUSING)) {
        return true;
      }
      now = state.get();
    }
    return false;
  }

  /** A call that has begun has ended. */
  public void end() {
    long now = state.decrementAndGet();
    if (now < 0 && (int) now == 0) {
      drained.complete(null);
    }
  }

  /** Calls that have begun and not ended. */
  public int count() {
    return (int) state.get();
  }

  /** Calls that have begun so far; wraps around at 2<sup>30</sup>. */
  int begun() {
    return (int) ((state.get() & ~REFUSING) >>> BEGUN_SHIFT);
  }

  /** Whether new calls are refused for good. */
  public boolean isDraining() {
    return (state.get() & DRAINING) != 0;
  }

  /** Refuses new calls from now on, for good; completes when the last one has ended. */
  public CompletableFuture<Void> drain() {
    if ((int) state.getAndUpdate(now -> now | DRAINING) == 0) {
      drained.complete(null);
    }
    return drained;
  }

  /** Refuses new calls from now on if there are none at this moment, until {@link #resume}. */
  boolean pauseIfUnused() {
    long now = state.get();
    while ((now & REFUSING) == 0 && (int) now == 0) {
      if (state.compareAndSet(now, now | PAUSED)) {
        return true;
      }
      now = state.get();
    }
    return false;
  }

  /** Takes calls again after {@link #pauseIfUnused}, unless it drains. */
  void resume() {
    state.updateAndGet(now -> now & ~PAUSED);
  }
}
