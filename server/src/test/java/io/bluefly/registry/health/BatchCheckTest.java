package io.bluefly.registry.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.health.BatchCheck.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What many checks at once may take: so much time, and so many places. */
class BatchCheckTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Supervised all = new Supervised();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void close() {
    threads.shutdown();
    all.close();
  }

  private BatchCheck batches(int concurrent, int waiting, Duration timeout, Executor executor) {
    return new BatchCheck(
        all.connections,
        all.monitor,
        new BatchCheck.Bounds(concurrent, waiting, timeout),
        executor);
  }

  private List<String> registered(int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(all.register("c" + i, Supervised.every(30)).id());
    }
    return ids;
  }

  private static List<Result> check(BatchCheck batches, List<String> ids) {
    return batches.check(ids, null, batches.deadline());
  }

  @Test
  void whoseTurnDoesNotComeInTimeIsToldSo() {
    all.open();
    List<String> ids = List.of(all.opened("a").id(), all.opened("b").id());
    all.silent = true;
    BatchCheck batches = batches(1, 10, Duration.ofSeconds(1), threads);
    List<Result> results = batches.check(ids, Duration.ofSeconds(2), batches.deadline());
    assertThat(results).extracting(Result::connectionId).containsExactlyElementsOf(ids);
    // Which of them comes first is open.
    assertThat(results)
        .filteredOn(Result.Checked.class::isInstance)
        .singleElement()
        .satisfies(r -> assertThat(r.toString()).contains("Connection timeout after 2000ms"));
    assertThat(results)
        .filteredOn(Result.NotBegun.class::isInstance)
        .singleElement()
        .satisfies(r -> assertThat(r.toString()).contains("1000 ms", "health.batch-timeout"));
    all.silent = false;
    assertThat(check(batches, ids)).hasOnlyElementsOfType(Result.Checked.class);
  }

  @Test
  void aBatchThatHasTakenTooLongBeginsNothingMore() {
    BatchCheck batches = batches(1, 10, Duration.ZERO, threads);
    assertThat(check(batches, registered(3))).hasOnlyElementsOfType(Result.NotBegun.class);
  }

  @Test
  void theChecksOfAllBatchesHaveSoManyPlacesTogether() {
    List<Runnable> begun = new CopyOnWriteArrayList<>();
    BatchCheck batches = batches(1, 2, LONG, begun::add);
    List<String> ids = registered(4);
    var first = CompletableFuture.supplyAsync(() -> check(batches, ids.subList(0, 3)), threads);
    await().until(() -> begun.size() == 3);
    var more =
        CompletableFuture.supplyAsync(() -> check(batches, List.of(ids.get(3), "nobody")), threads);
    assertThat(more.orTimeout(20, TimeUnit.SECONDS).join())
        .hasOnlyElementsOfType(Result.NotBegun.class)
        .allSatisfy(result -> assertThat(result.toString()).contains("too many checks wait"));
    begun.forEach(Runnable::run);
    assertThat(first.join()).hasSize(3).hasOnlyElementsOfType(Result.Checked.class);
    // Their places are free again.
    begun.clear();
    var second = CompletableFuture.supplyAsync(() -> check(batches, ids.subList(1, 4)), threads);
    await().until(() -> begun.size() == 3);
    begun.forEach(Runnable::run);
    assertThat(second.join()).hasOnlyElementsOfType(Result.Checked.class);
  }

  @Test
  void anIdThatComesTwiceTakesOnePlace() {
    List<Runnable> begun = new ArrayList<>();
    BatchCheck batches =
        batches(
            1,
            0,
            LONG,
            task -> {
              begun.add(task);
              task.run();
            });
    String id = registered(1).getFirst();
    assertThat(check(batches, List.of(id, id)))
        .hasSize(2)
        .hasOnlyElementsOfType(Result.Checked.class);
    assertThat(begun).hasSize(1);
  }
}
