package io.bluefly.registry.api;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether the registry can do its work: it has begun, and its database answers. Anybody may ask, so
 * the database is asked once in a second at most, and never twice at the same time.
 */
public final class Readiness {
  private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final BooleanSupplier database;
  private final LongSupplier nanos;
  private final Executor executor;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile boolean begun;
  private @Nullable CompletableFuture<Boolean> answer;
  private long askedAt;

  /**
   * Asks {@code database}.
   *
   * @param nanos a time source like {@link System#nanoTime}
   * @param executor has threads that may wait
   */
  public Readiness(BooleanSupplier database, LongSupplier nanos, Executor executor) {
    this.database = database;
    this.nanos = nanos;
    this.executor = executor;
  }

  /** All that was stored can be found and called from now on. */
  public void begin() {
    begun = true;
  }

  /** Waits for the database's answer, two seconds at most. */
  boolean isReady() {
    try {
      return begun && answer().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CompletableFuture<Boolean> answer() {
    lock.lock();
    try {
      CompletableFuture<Boolean> last = answer;
      boolean stale = last == null || (last.isDone() && nanos.getAsLong() - askedAt >= FRESH_NANOS);
      if (last != null && !stale) {
        return last;
      }
      askedAt = nanos.getAsLong();
      CompletableFuture<Boolean> next =
          CompletableFuture.supplyAsync(database::getAsBoolean, executor);
      answer = next;
      return next;
    } finally {
      lock.unlock();
    }
  }
}
