package io.bluefly.registry.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where public events are handed in, by any thread: without a lock, without waiting, at the price
 * of one small object beside the event. One thread takes them out, in their order. Where it does
 * not keep up, further events are counted and dropped.
 */
public final class EventInbox {
  /** Events that may wait. */
  static final int MOST = 1 << 17;

  /** An event on those that were handed in before; {@code depth} counts them. */
  private record Posted(PublicEvent event, @Nullable Posted before, int depth) {}

  private final AtomicReference<@Nullable Posted> newest = new AtomicReference<>();
  private final AtomicReference<@Nullable Thread> waiting = new AtomicReference<>();
  private final AtomicLong lost = new AtomicLong();

  /** Hands in an event. */
  public void publish(PublicEvent event) {
    Posted before;
    do {
      before = newest.get();
      if (before != null && before.depth >= MOST) {
        lost.incrementAndGet();
        return;
      }
    } while (!newest.compareAndSet(
        before, new Posted(event, before, before == null ? 1 : before.depth + 1)));
    if (before == null) {
      wake();
    }
  }

  /** Ends an {@link #await} that is going on, also without an event. */
  public void wake() {
    Thread thread = waiting.getAndSet(null);
    if (thread != null) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Waits for an event or {@link #wake}, at most so long; may return early.
   *
   * @param busy whether there is something else to do, of which {@link #wake} has told
   */
  public void await(long nanos, BooleanSupplier busy) {
    waiting.set(Thread.currentThread());
    if (newest.get() == null && !busy.getAsBoolean()) {
      LockSupport.parkNanos(this, nanos);
    }
    waiting.set(null);
  }

  /** Takes out all events, the oldest first. */
  public List<PublicEvent> drain() {
    List<PublicEvent> events = new ArrayList<>();
    for (Posted each = newest.getAndSet(null); each != null; each = each.before) {
      events.add(each.event);
    }
    Collections.reverse(events);
    return events;
  }

  /** How many events were dropped since this was asked last. */
  public long takeLost() {
    return lost.getAndSet(0);
  }
}
