package io.bluefly.registry.health;

import java.time.Duration;

/** Until when the parts of a batch are begun; what has begun by then has its own time. */
public final class BatchDeadline {
  private final Duration timeout;
  private final long began = System.nanoTime();

  private BatchDeadline(Duration timeout) {
    this.timeout = timeout;
  }

  /** From now on, {@code timeout} later; zero: nothing is begun. */
  static BatchDeadline in(Duration timeout) {
    return new BatchDeadline(timeout);
  }

  /** What is left of the time; zero when it is over. */
  Duration left() {
    Duration rest = timeout.minusNanos(System.nanoTime() - began);
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  /** Whether nothing more is begun. */
  public boolean isOver() {
    return left().isZero();
  }

  /** What to tell of a part that was not begun. */
  public String message() {
    return "It was not begun: the batch took longer than "
        + timeout.toMillis()
        + " ms (health.batch-timeout) until its turn; send it again, with fewer at once";
  }
}
