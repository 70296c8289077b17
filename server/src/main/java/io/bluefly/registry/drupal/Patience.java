package io.bluefly.registry.drupal;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How long one sync waits for its site: after an error a little longer each time, with jitter, and
 * as long as the site asks for, as long as there is some of its budget left. All who ask the site
 * wait together; a sync that is stopped waits no more.
 */
final class Patience {
  private static final long FIRST_MS = 200;
  private static final long LONGEST_MS = 5_000;
  private static final long SECOND_MS = 2_050;

  private final SplittableRandom random = new SplittableRandom();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final long until;
  private long resumeAt = System.nanoTime();
  private long budgetNanos;
  private boolean stopped;

  /**
   * Has patience for so long.
   *
   * @param budget for pauses that the site asks for, in all
   * @param longest that the sync may take
   */
  Patience(Duration budget, Duration longest) {
    this.budgetNanos = budget.toNanos();
    this.until = System.nanoTime() + longest.toNanos();
  }

  /** Ends all waiting; from now on nobody may go on. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until the site may be asked. False: it may not be asked any more. */
  boolean awaitTurn() {
    lock.lock();
    try {
      long left = resumeAt - System.nanoTime();
      while (left > 0 && !stopped) {
        left = changed.awaitNanos(left);
      }
      return !stopped && System.nanoTime() - until < 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Has everybody wait as the site asks. False: it asks for more than there is left. */
  boolean pause(long seconds) {
    lock.lock();
    try {
      long now = System.nanoTime();
      long wanted = now + TimeUnit.SECONDS.toNanos(Math.max(1, seconds)) + jitter(FIRST_MS);
      long more = wanted - Math.max(resumeAt, now);
      if (more > budgetNanos) {
        return false;
      }
      budgetNanos -= Math.max(0, more);
      resumeAt = Math.max(resumeAt, wanted);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Waits before the next try of who has failed {@code tries} times. False: none is allowed. */
  boolean backOff(int tries) {
    long pause = Math.min(LONGEST_MS, FIRST_MS << Math.min(tries - 1, 10));
    return sleep(TimeUnit.MILLISECONDS.toNanos(pause / 2) + jitter(pause / 2));
  }

  /** Waits until the second that the site's clock shows is over. False: nobody may go on. */
  boolean awaitNextSecond() {
    return sleep(TimeUnit.MILLISECONDS.toNanos(SECOND_MS));
  }

  private boolean sleep(long nanos) {
    lock.lock();
    try {
      long left = nanos;
      while (left > 0 && !stopped) {
        left = changed.awaitNanos(left);
      }
      return !stopped;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  private long jitter(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(random.nextLong(millis + 1));
  }
}
