package io.bluefly.registry.api;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the servers of disconnected connections to end. */
final class Endings {
  private static final Logger log = LoggerFactory.getLogger(Endings.class);

  private final Upstreams upstreams;
  private final Duration within;

  /** Waits {@code within} at most. */
  Endings(Upstreams upstreams, Duration within) {
    this.upstreams = upstreams;
    this.within = within;
  }

  void await(List<Connection> gone) {
    CompletableFuture<?>[] ends =
        gone.stream().map(c -> upstreams.gone(c.id())).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(ends).get(within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      for (Connection connection : gone) {
        if (!upstreams.gone(connection.id()).isDone()) {
          log.warn("The server of {} takes long to end; it is being killed", connection.id());
        }
      }
    } catch (ExecutionException e) {
      log.error("A server could not be ended", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
