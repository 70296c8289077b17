package io.bluefly.registry.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TimeoutsTest {
  private final Vertx vertx = Vertx.vertx();
  private final List<String> due = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void thoseThatAreNotStoppedAreDueInOrderOfTheirLastStart() {
    vertx.runOnContext(_ -> {
      Timeouts timeouts = new Timeouts(vertx, Duration.ofMillis(50));
      Timeouts.Timeout first = timeouts.of(() -> due.add("first"));
      Timeouts.Timeout second = timeouts.of(() -> due.add("second"));
      Timeouts.Timeout stopped = timeouts.of(() -> due.add("stopped"));
      first.start();
      stopped.start();
      second.start();
      first.start();
      stopped.stop();
    });
    await().until(() -> due.size() >= 2);
    assertThat(due).containsExactly("second", "first");
  }

  @Test
  void oneMayFollowWhenAllAreOver() {
    vertx.runOnContext(_ -> {
      Timeouts timeouts = new Timeouts(vertx, Duration.ofMillis(20));
      timeouts
          .of(() -> {
            due.add("first");
            timeouts.of(() -> due.add("second")).start();
          })
          .start();
    });
    await().until(() -> due.size() == 2);
    assertThat(due).containsExactly("first", "second");
  }
}
