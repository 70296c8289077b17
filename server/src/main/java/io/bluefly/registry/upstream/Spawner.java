package io.bluefly.registry.upstream;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Starts processes from one thread that lives as long as this JVM. The signal by which a sandbox
 * ends with its parent (prctl(2), PR_SET_PDEATHSIG) comes when the <em>thread</em> that started it
 * ends: from a virtual thread's carrier that would be at any time.
 */
final class Spawner {
  private static final ExecutorService THREAD =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("process-spawner").factory());

  private Spawner() {}

  /**
   * The started process.
   *
   * @throws IOException when it can't be started
   * @throws UpstreamException when that takes longer than {@code patience}
   */
  static Process start(ProcessBuilder builder, Duration patience)
      throws IOException, UpstreamException {
    CompletableFuture<Process> started = new CompletableFuture<>();
    THREAD.execute(() -> start(builder, started));
    try {
      return started.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      giveUp(started);
      throw new UpstreamException(
          FailureReason.TIMEOUT, "the machine did not start the process in time");
    } catch (InterruptedException e) {
      giveUp(started);
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
  }

  private static void start(ProcessBuilder builder, CompletableFuture<Process> started) {
    if (started.isDone()) {
      return; // Nobody waits for it any more.
    }
    try {
      Process process = builder.start();
      if (!started.complete(process)) {
        process.destroyForcibly();
      }
    } catch (IOException | RuntimeException | Error e) { // The thread must not end by any.
      started.completeExceptionally(e);
    }
  }

  /** What is, or will be, started for nobody ends. */
  private static void giveUp(CompletableFuture<Process> started) {
    if (!started.cancel(false)) {
      started.thenAccept(Process::destroyForcibly);
    }
  }
}
