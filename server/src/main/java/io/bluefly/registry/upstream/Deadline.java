package io.bluefly.registry.upstream;

import io.netty.util.Timeout;
import io.netty.util.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * When a call has waited for too long: its time begins anew with each sign of life, and stands
 * still while the server waits for an answer itself.
 */
final class Deadline {
  private final Timer timers;
  private final long timeoutNanos;
  private final ServerQuestions questions;
  private final Runnable expired;
  private volatile long since = System.nanoTime();
  private volatile boolean over;
  private volatile @Nullable Timeout timer;

  /**
   * A deadline that does not run yet.
   *
   * @param timeout zero for none
   */
  Deadline(Timer timers, Duration timeout, ServerQuestions questions, Runnable expired) {
    this.timers = timers;
    this.timeoutNanos = timeout.toNanos();
    this.questions = questions;
    this.expired = expired;
  }

  void start() {
    if (timeoutNanos > 0) {
      arm(timeoutNanos);
    }
  }

  private void arm(long nanos) {
    timer = timers.newTimeout(_ -> due(), nanos, TimeUnit.NANOSECONDS);
    if (over) {
      cancel();
    }
  }

  private void due() {
    long left = leftNanos();
    if (over) {
      return;
    }
    if (left > 0) {
      arm(left);
    } else {
      expired.run();
    }
  }

  /** What is left of the time; negative when it is over. */
  long leftNanos() {
    long now = System.nanoTime();
    long idle = Math.min(now - since, Math.max(0, now - questions.lastNanos()));
    return timeoutNanos - idle;
  }

  /** The server has shown that it works on the call. */
  void postpone() {
    since = System.nanoTime();
  }

  /** The call is over. */
  void cancel() {
    over = true;
    Timeout armed = timer;
    if (armed != null) {
      armed.cancel();
    }
  }
}
