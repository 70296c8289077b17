package io.bluefly.registry.it;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Behaviour;
import io.bluefly.registry.testkit.server.Execution;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of a pool of three while one server after the other is in trouble. */
class ChaosIT {
  private static final ChaosPool.Size SIZE = new ChaosPool.Size(3, 20, 1);
  private static final int CLIENTS = 8;
  private static final Duration PACE = Duration.ofMillis(8);
  private static final Duration SLOW = Duration.ofSeconds(1);

  /** Runs that are looked at to see where traffic goes; a fair share of them is a third. */
  private static final int WINDOW = 60;

  private static final int HARDLY_ANY = 6;
  private static final int SHOWN = 20;
  private static final int A_SHARE_AGAIN = 10;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", "3s",
          "MCP_REGISTRY_UPSTREAM_PROBE_TIMEOUT", "1s",
          "MCP_REGISTRY_UPSTREAM_HANDSHAKE_TIMEOUT", "5s",
          "MCP_REGISTRY_UPSTREAM_RESTART_DELAY", "100ms",
          "MCP_REGISTRY_UPSTREAM_MAX_RESTART_DELAY", "500ms",
          "MCP_REGISTRY_HEALTH_EJECTION_CONSECUTIVE_FAILURES", "3",
          "MCP_REGISTRY_HEALTH_EJECTION_INTERVAL", "1s",
          "MCP_REGISTRY_HEALTH_EJECTION_BASE_TIME", "1s");

  private enum Trouble {
    KILLED,
    HUNG,
    SLOW,
    ERRING,
    GARBAGE,
    RESTARTED
  }

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource
  void noCallIsLostOrRunTwiceWhileServersAreInTrouble(ChaosPool.Kind kind) throws Exception {
    try (RegistryProcess registry = RegistryProcess.start(folder.resolve("data"), SETTINGS);
        ChaosPool pool = new ChaosPool(registry, folder.resolve("pool"), kind, SIZE)) {
      List<Ended> quiet = quietly(registry, pool);
      figuresAreExact(registry, pool, quiet.size());
      registry.send("PATCH", "/pools/" + ChaosPool.NAME, "{\"settings\":{\"hedgeAfter\":300}}");
      try (PoolLoad load = new PoolLoad(registry, CLIENTS, PACE)) {
        List<String> wrong = new ArrayList<>();
        Deque<String> members = new ArrayDeque<>(pool.members());
        for (Trouble trouble : Trouble.values()) {
          trafficLeavesAndReturns(wrong, pool, members.getFirst(), trouble);
          members.addLast(members.removeFirst());
        }
        List<Ended> ended = load.stop();
        noneIsLostOrRunTwice(wrong, pool, ended);
        assertThat(wrong.stream().limit(SHOWN)).as(wrong.size() + " things went wrong").isEmpty();
        figuresAddUp(registry, pool, quiet.size() + ended.size());
      }
    }
  }

  private static List<Ended> quietly(RegistryProcess registry, ChaosPool pool) throws Exception {
    try (PoolLoad load = new PoolLoad(registry, CLIENTS, PACE)) {
      Eventually.until(() -> pool.executions().size() > WINDOW);
      List<Ended> ended = load.stop();
      assertThat(ended).allMatch(call -> call.how() == Ended.How.ANSWERED);
      return ended;
    }
  }

  private static void trafficLeavesAndReturns(
      List<String> wrong, ChaosPool pool, String victim, Trouble trouble) throws Exception {
    int before = pool.executions().size();
    begin(pool, victim, trouble);
    if (trouble != Trouble.RESTARTED) {
      eventually(
          wrong,
          victim + " gets hardly a call while it is " + trouble,
          () -> {
            List<Execution> since = pool.executionsSince(before);
            return since.size() >= WINDOW && newest(since, victim) <= HARDLY_ANY;
          });
    }
    int healed = pool.executions().size();
    end(pool, victim, trouble);
    eventually(
        wrong,
        victim + " gets its share again after it was " + trouble,
        () -> {
          List<Execution> since = pool.executionsSince(healed);
          return since.size() >= WINDOW && newest(since, victim) >= A_SHARE_AGAIN;
        });
  }

  private static void eventually(List<String> wrong, String what, Callable<Boolean> condition) {
    try {
      Eventually.until(condition);
    } catch (ConditionTimeoutException e) {
      wrong.add("never: " + what);
    }
  }

  /** How many of the newest runs were on {@code member}. */
  private static long newest(List<Execution> executions, String member) {
    return executions.subList(executions.size() - WINDOW, executions.size()).stream()
        .filter(execution -> execution.instance().equals(member))
        .count();
  }

  private static void begin(ChaosPool pool, String victim, Trouble trouble) throws Exception {
    switch (trouble) {
      case KILLED, RESTARTED -> pool.kill(victim);
      case HUNG -> pool.behave(victim, Behaviour.HUNG);
      case SLOW -> pool.behave(victim, Behaviour.slow(SLOW));
      case ERRING -> pool.behave(victim, Behaviour.ERRING);
      case GARBAGE -> pool.behave(victim, Behaviour.GARBAGE);
    }
  }

  private static void end(ChaosPool pool, String victim, Trouble trouble) throws Exception {
    switch (trouble) {
      case KILLED, RESTARTED -> pool.revive(victim);
      case HUNG, SLOW, ERRING, GARBAGE -> pool.behave(victim, Behaviour.NORMAL);
    }
  }

  private static void noneIsLostOrRunTwice(List<String> wrong, ChaosPool pool, List<Ended> ended)
      throws Exception {
    Map<String, Long> runs =
        pool.executions().stream().collect(groupingBy(Execution::key, counting()));
    for (Ended call : ended) {
      long ran = runs.getOrDefault(call.key(), 0L);
      if (call.is("read_counter") && call.how() != Ended.How.ANSWERED) {
        wrong.add("a read-only call failed: " + call);
      }
      if (call.is("put_once") && ran > 1) {
        wrong.add("ran " + ran + " times: " + call);
      }
      switch (call.how()) {
        case ANSWERED -> {
          if (ran == 0) {
            wrong.add("was answered and has not run: " + call);
          }
        }
        case NOT_REACHED -> {
          if (ran > 0) {
            wrong.add("has run, and is said not to have reached a server: " + call);
          }
        }
        case UNCLEAR -> wrong.add("its client does not know what has become of it: " + call);
        case SERVER_ERROR, MAY_HAVE_RUN -> {}
      }
    }
  }

  /** While nothing fails, each call is one request of one connection, and one run of its server. */
  private static void figuresAreExact(RegistryProcess registry, ChaosPool pool, int calls)
      throws Exception {
    assertThat(pool.executions()).hasSize(calls);
    for (String member : pool.members()) {
      // A call is counted when its answer has been passed on.
      Eventually.soon()
          .untilAsserted(() -> {
            JsonNode metrics = pool.connection(member).get("metrics");
            assertThat(metrics.get("totalRequests").asLong()).isEqualTo(runs(pool, member));
            assertThat(metrics.get("errorRate").asDouble()).isZero();
          });
    }
    capabilitiesAddUp(registry, pool);
  }

  private static long runs(ChaosPool pool, String member) throws Exception {
    return pool.executions().stream().filter(e -> e.instance().equals(member)).count();
  }

  /**
   * Each attempt of a call is a request of its connection. An attempt that has run on the server is
   * one run in its record; one that has not is an error of the connection, or lost to another
   * attempt of the same call.
   */
  private static void figuresAddUp(RegistryProcess registry, ChaosPool pool, int calls)
      throws Exception {
    for (String member : pool.members()) {
      Eventually.until(() -> pool.connection(member).at("/metrics/activeConnections").asInt() == 0);
    }
    long requests = 0;
    for (String member : pool.members()) {
      requests += pool.connection(member).at("/metrics/totalRequests").asLong();
    }
    long furtherAttempts = Math.max(0, requests - calls);
    for (String member : pool.members()) {
      JsonNode metrics = pool.connection(member).get("metrics");
      long total = metrics.get("totalRequests").asLong();
      long errors = Math.round(metrics.get("errorRate").asDouble() * total);
      long runs = runs(pool, member);
      assertThat(total)
          .as(member + ": requests; " + runs + " runs, " + errors + " errors")
          .isBetween(runs, runs + errors + furtherAttempts);
    }
    capabilitiesAddUp(registry, pool);
  }

  private static void capabilitiesAddUp(RegistryProcess registry, ChaosPool pool) throws Exception {
    for (JsonNode capability : registry.get("/capabilities").get("capabilities")) {
      long sum = 0;
      for (String member : pool.members()) {
        for (JsonNode own : pool.connection(member).get("capabilities")) {
          boolean same = own.get("name").equals(capability.get("name"));
          sum += same ? own.at("/metrics/totalRequests").asLong() : 0;
        }
      }
      assertThat(capability.get("totalRequests").asLong())
          .as(capability.get("name").asText())
          .isEqualTo(sum);
    }
  }
}
