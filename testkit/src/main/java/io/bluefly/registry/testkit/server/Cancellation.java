package io.bluefly.registry.testkit.server;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether an exchange is still wanted. */
final class Cancellation {
  private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

  void cancel() {
    cancelled.complete(null);
  }

  boolean isCancelled() {
    return cancelled.isDone();
  }

  /** Called at once, or when it is cancelled. */
  void onCancel(Runnable action) {
    cancelled.thenRun(action);
  }

  /** Waits that long, or until the exchange is cancelled. */
  void pause(Duration duration) throws CallCancelled {
    try {
      cancelled.get(duration.toMillis(), TimeUnit.MILLISECONDS);
      throw new CallCancelled();
    } catch (TimeoutException e) {
      return; // The whole duration has passed: what was wanted.
    } catch (InterruptedException | ExecutionException e) {
      throw new CallCancelled();
    }
  }
}
