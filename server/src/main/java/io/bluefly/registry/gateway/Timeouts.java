package io.bluefly.registry.gateway;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.SequencedSet;

/**
 * Time-outs of one event loop that are all of the same length: they stand in the order in which
 * they are due, and one timer serves them all.
 */
final class Timeouts {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Vertx vertx;
  private final long nanos;
  private final SequencedSet<Timeout> running = new LinkedHashSet<>();
  private boolean timer;

  Timeouts(Vertx vertx, Duration length) {
    this.vertx = vertx;
    this.nanos = length.toNanos();
  }

  /** One that does not run yet; {@code due} is told when it is due. */
  Timeout of(Runnable due) {
    return new Timeout(due);
  }

  /** Runs once {@link #start}ed, until it is stopped or due. */
  final class Timeout {
    private final Runnable due;
    private long at;

    private Timeout(Runnable due) {
      this.due = due;
    }

    /** Begins, or begins anew. */
    void start() {
      at = System.nanoTime() + nanos;
      running.addLast(this); // Also when it runs already: then it moves.
      if (!timer) {
        schedule(nanos);
      }
    }

    void stop() {
      running.remove(this);
    }
  }

  private void schedule(long delay) {
    timer = true;
    vertx.setTimer(Math.max(1, delay / NANOS_PER_MILLI + 1), _ -> expire());
  }

  private void expire() {
    timer = false;
    long now = System.nanoTime();
    while (!running.isEmpty() && running.getFirst().at - now <= 0) {
      running.removeFirst().due.run();
    }
    if (!running.isEmpty() && !timer) {
      schedule(running.getFirst().at - now);
    }
  }
}
