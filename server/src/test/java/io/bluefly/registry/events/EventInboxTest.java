package io.bluefly.registry.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Handing in events from many threads. */
class EventInboxTest {
  private static final int THREADS = 4;
  private static final int EACH = 10_000;

  private final EventInbox inbox = new EventInbox();

  private void publish(String thread, int number) {
    inbox.publish(
        Happening.of(EventType.PROCESS, thread, null, Instant.EPOCH).with("number", number));
  }

  @Test
  @Timeout(60)
  void eachThreadsEventsComeOutInItsOrderAndNoneIsLost() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      String name = "t" + t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < EACH; i++) {
                  publish(name, i);
                }
              }));
    }
    Map<String, List<Object>> heard = new TreeMap<>();
    int many = 0;
    while (many < THREADS * EACH) {
      inbox.await(1_000_000_000L, () -> false);
      for (PublicEvent event : inbox.drain()) {
        heard
            .computeIfAbsent(String.valueOf(event.connectionId()), _ -> new ArrayList<>())
            .add(event.fields().get("number"));
        many++;
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    List<Integer> all = java.util.stream.IntStream.range(0, EACH).boxed().toList();
    assertThat(heard).hasSize(THREADS);
    assertThat(heard.values()).allSatisfy(numbers -> assertThat(numbers).isEqualTo(all));
    assertThat(inbox.takeLost()).isZero();
  }

  @Test
  void whereNobodyTakesThemOutFurtherEventsAreCountedAndDropped() {
    for (int i = 0; i < EventInbox.MOST + 7; i++) {
      publish("t", i);
    }
    assertThat(inbox.takeLost()).isEqualTo(7);
    assertThat(inbox.takeLost()).isZero();
    assertThat(inbox.drain()).hasSize(EventInbox.MOST);
    publish("t", 0);
    assertThat(inbox.drain()).hasSize(1);
  }

  @Test
  @Timeout(60)
  void anEventOrAWakeEndsTheWait() throws Exception {
    for (boolean event : new boolean[] {true, false}) {
      CountDownLatch over = new CountDownLatch(1);
      Thread waiting =
          Thread.ofPlatform()
              .start(() -> {
                inbox.await(Long.MAX_VALUE, () -> false);
                over.countDown();
              });
      while (waiting.getState() == Thread.State.RUNNABLE
          || waiting.getState() == Thread.State.NEW) {
        Thread.onSpinWait();
      }
      if (event) {
        publish("t", 1);
      } else {
        inbox.wake();
      }
      over.await();
      inbox.drain();
    }
  }

  @Test
  @Timeout(60)
  void whoIsBusyDoesNotWait() {
    inbox.await(Long.MAX_VALUE, () -> true);
  }
}
