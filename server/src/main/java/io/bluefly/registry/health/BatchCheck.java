package io.bluefly.registry.health;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Checks many connections at once; what one of them comes to does not concern the others. */
public final class BatchCheck {
  /**
   * What all batches together may have.
   *
   * @param concurrent checks that wait for their answers at once
   * @param waiting checks that wait for their turn
   * @param timeout until when after its begin a batch begins checks
   */
  record Bounds(int concurrent, int waiting, Duration timeout) {
    static Bounds of(HealthSettings settings) {
      return new Bounds(256, 4_096, settings.batchTimeout());
    }
  }

  private final Connections connections;
  private final HealthMonitor monitor;
  private final Executor executor;
  private final Bounds bounds;
  private final Semaphore turns;
  private final Semaphore places;

  /**
   * Checks by {@code monitor}.
   *
   * @param executor runs checks, on threads that may wait
   */
  public BatchCheck(
      Connections connections, HealthMonitor monitor, HealthSettings settings, Executor executor) {
    this(connections, monitor, Bounds.of(settings), executor);
  }

  BatchCheck(Connections connections, HealthMonitor monitor, Bounds bounds, Executor executor) {
    this.connections = connections;
    this.monitor = monitor;
    this.executor = executor;
    this.bounds = bounds;
    this.turns = new Semaphore(bounds.concurrent, true);
    this.places = new Semaphore(bounds.concurrent + bounds.waiting);
  }

  /** What came of one connection. */
  public sealed interface Result {
    /** Which one. */
    String connectionId();

    /**
     * It was its turn.
     *
     * @param health how it is now; null when there is none to check
     * @param responseTime of its answer, in ms; null without one
     * @param error why there was no answer; null when there was one, and when the connection sleeps
     */
    record Checked(
        String connectionId,
        @Nullable HealthStatus health,
        @Nullable Long responseTime,
        @Nullable String error)
        implements Result {}

    /** Nobody asked it: the batch had no time left, or the registry no place. */
    record NotBegun(String connectionId, String why) implements Result {}
  }

  /** The deadline of a batch that begins now. */
  public BatchDeadline deadline() {
    return BatchDeadline.in(bounds.timeout);
  }

  /**
   * Checks connections, each once, and waits for all.
   *
   * @param timeout of each check; null: the one that the connection is registered with
   * @param deadline until when checks are begun
   * @return a result for each id, in their order
   */
  public List<Result> check(
      List<String> connectionIds, @Nullable Duration timeout, BatchDeadline deadline) {
    Map<String, CompletableFuture<Result>> running = new HashMap<>();
    List<CompletableFuture<Result>> results = new ArrayList<>();
    for (String id : connectionIds) {
      results.add(running.computeIfAbsent(id, _ -> begin(id, timeout, deadline)));
    }
    return results.stream().map(CompletableFuture::join).toList();
  }

  private CompletableFuture<Result> begin(
      String id, @Nullable Duration timeout, BatchDeadline deadline) {
    if (!places.tryAcquire()) {
      return CompletableFuture.completedFuture(
          new Result.NotBegun(id, "It was not begun: too many checks wait; try again"));
    }
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return inTurn(id, timeout, deadline);
          } finally {
            places.release();
          }
        },
        executor);
  }

  private Result inTurn(String id, @Nullable Duration timeout, BatchDeadline deadline) {
    if (!awaitTurn(deadline)) {
      return new Result.NotBegun(id, deadline.message());
    }
    try {
      return deadline.isOver() ? new Result.NotBegun(id, deadline.message()) : one(id, timeout);
    } finally {
      turns.release();
    }
  }

  private boolean awaitTurn(BatchDeadline deadline) {
    try {
      return turns.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private Result one(String id, @Nullable Duration timeout) {
    Connection connection = connections.find(id).orElse(null);
    if (connection == null) {
      return new Result.Checked(id, null, null, "There is no connection " + id);
    }
    if (connection.isDisconnected()) {
      return new Result.Checked(id, null, null, "Connection " + id + " is disconnected");
    }
    HealthMonitor.Checked checked =
        timeout == null ? monitor.check(connection) : monitor.check(connection, timeout);
    HealthStatus status = checked.health().status();
    return switch (checked.evidence()) {
      case Evidence.Answered answered -> new Result.Checked(id, status, answered.millis(), null);
      case Evidence.Unanswered unanswered ->
          new Result.Checked(id, status, null, unanswered.message());
      case null, default -> new Result.Checked(id, status, null, null);
    };
  }
}
