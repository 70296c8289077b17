package io.bluefly.registry.it;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.ChaosPool.Kind;
import io.bluefly.registry.it.ChaosPool.Size;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Behaviour;
import io.bluefly.registry.testkit.server.Execution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers, and the registry itself, that are taken away while clients use them. */
class DrainIT {
  private static final Size SIZE = new Size(3, 20, 1);
  private static final int CLIENTS = 8;
  private static final Duration PACE = Duration.ofMillis(15);

  /** As many runs as no server in rotation would miss by chance. */
  private static final int MANY = 60;

  @TempDir Path folder;

  private ChaosPool pool(RegistryProcess registry, Kind kind, Duration slow) throws Exception {
    ChaosPool pool = new ChaosPool(registry, folder.resolve("pool"), kind, SIZE);
    for (String member : pool.members()) {
      pool.behave(member, Behaviour.slow(slow));
    }
    return pool;
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void noCallFailsWhileServersRestAndGo(Kind kind) throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder.resolve("data"));
        ChaosPool pool = pool(registry, kind, Duration.ofMillis(100));
        PoolLoad load = new PoolLoad(registry, CLIENTS, PACE)) {
      getsCalls(pool, "member-1");
      change(registry, "PATCH", pool.id("member-1"), "{\"status\":\"idle\"}");
      Eventually.until(
          () -> pool.connection("member-1").at("/metrics/activeConnections").asInt() == 0);
      getsNoCalls(pool, "member-1");
      change(registry, "PATCH", pool.id("member-1"), "{\"status\":\"active\"}");
      getsCalls(pool, "member-1");
      isBusyWithWhatMustNotBeRepeated(pool, "member-2");
      change(registry, "DELETE", pool.id("member-2"), "");
      getsNoCalls(pool, "member-2");
      assertThat(load.stop()).filteredOn(call -> call.how() != Ended.How.ANSWERED).isEmpty();
    }
  }

  private static void change(RegistryProcess registry, String method, String id, String body)
      throws Exception {
    assertThat(registry.send(method, "/connections/" + id, body).status()).isEqualTo(200);
  }

  private static void getsCalls(ChaosPool pool, String member) throws Exception {
    int before = pool.executions().size();
    Eventually.until(() ->
        pool.executionsSince(before).stream()
                .filter(execution -> execution.instance().equals(member))
                .count()
            >= 2);
  }

  /** Nobody could make its call again elsewhere if it were lost now. */
  private static void isBusyWithWhatMustNotBeRepeated(ChaosPool pool, String member)
      throws Exception {
    pool.behave(member, Behaviour.slow(Duration.ofSeconds(2)));
    int before = pool.executions().size();
    Eventually.until(() ->
        pool.executionsSince(before).stream()
            .anyMatch(run -> run.instance().equals(member) && run.tool().equals("put_once")));
  }

  private static void getsNoCalls(ChaosPool pool, String member) throws Exception {
    int before = pool.executions().size();
    Eventually.until(() -> pool.executionsSince(before).size() >= MANY);
    assertThat(pool.executionsSince(before)).extracting(Execution::instance).doesNotContain(member);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"STDIO", "HTTP_MODERN", "HTTP_LEGACY"})
  void whatHasBegunIsAnsweredBeforeTheRegistryEnds(Kind kind) throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder.resolve("data"));
        ChaosPool pool = pool(registry, kind, Duration.ofSeconds(1));
        PoolLoad load = new PoolLoad(registry, CLIENTS, PACE)) {
      Eventually.until(() -> pool.executions().size() >= 2 * CLIENTS);
      Eventually.until(() -> pool.executions().size() > load.ended().size());
      registry.handle().destroy();
      registry.handle().onExit().get(30, TimeUnit.SECONDS);
      List<Ended> ended = load.stop();
      Set<String> ran = pool.executions().stream().map(Execution::key).collect(toSet());
      assertThat(ended)
          .as("what has run was answered")
          .filteredOn(call -> ran.contains(call.key()))
          .filteredOn(call -> call.how() != Ended.How.ANSWERED)
          .isEmpty();
      assertThat(ended)
          .as("the others were refused, or the registry was not there any more")
          .filteredOn(call -> !ran.contains(call.key()))
          .isNotEmpty()
          .filteredOn(call -> call.how() != Ended.How.NOT_REACHED)
          .filteredOn(call -> !call.message().startsWith(PoolLoad.NO_ANSWER))
          .isEmpty();
    }
  }
}
