package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Each strategy, by what it picks. */
class StrategyTest {
  private final Fixture pool = new Fixture();

  private List<String> picks(int count) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Fixture.Asking call = pool.ask();
      names.add(call.name());
      call.lease().complete(Outcome.OK);
    }
    return names;
  }

  private static Map<String, Integer> counted(int count, Supplier<String> picks) {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < count; i++) {
      counts.merge(picks.get(), 1, Integer::sum);
    }
    return counts;
  }

  private void occupy(Connection connection, int calls) {
    for (int i = 0; i < calls; i++) {
      pool.ask(List.of(connection.id()), "", null, Set.of()).lease();
    }
  }

  private void measure(Connection connection, String tool, int millis) {
    Fixture.Asking call = pool.ask(List.of(connection.id()), tool, null, Set.of());
    pool.pass(Duration.ofMillis(millis));
    call.lease().complete(Outcome.OK);
  }

  @Test
  void leastLoadedGoesByTheRoomThatIsLeftForTheSize() {
    Connection small = pool.add("small", 2, 1);
    Connection big = pool.add("big", 20, 1);
    occupy(small, 1);
    occupy(big, 5);
    assertThat(picks(3)).containsOnly("big");
    occupy(big, 6);
    assertThat(picks(3)).containsOnly("small");
  }

  @Test
  void leastLoadedSharesTiesEvenly() {
    pool.add("a");
    pool.add("b");
    assertThat(counted(2_000, () -> picks(1).getFirst()).get("a")).isBetween(800, 1_200);
  }

  @Test
  void whatClientsReportCountsAsLoad() {
    Connection a = pool.add("a");
    pool.add("b");
    pool.reported.put(a.id(), 3);
    assertThat(picks(5)).containsOnly("b");
  }

  @Test
  void ofManyTheBetterOfTwoIsTakenSoThatTheWorstNeverIs() {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(pool.add("s" + i));
    }
    occupy(all.get(7), 1);
    assertThat(counted(500, () -> picks(1).getFirst())).doesNotContainKey("s7").hasSize(11);
  }

  @Test
  void ofManyWithoutRoomTheOneThatHasSomeIsFound() {
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(pool.add("s" + i, 1, 1));
    }
    all.stream().filter(c -> !c.name().equals("s31")).forEach(c -> occupy(c, 1));
    assertThat(picks(20)).containsOnly("s31");
  }

  @Test
  void roundRobinGoesInTurnAndPassesOverWhoIsAway() {
    pool.settings(StrategyName.ROUND_ROBIN);
    pool.add("a");
    Connection b = pool.add("b");
    pool.add("c");
    assertThat(picks(5)).containsExactly("a", "b", "c", "a", "b");
    pool.crash(b);
    assertThat(picks(4)).containsExactly("c", "a", "c", "a");
  }

  @Test
  void weightedRoundRobinSpreadsTheHeavyOneEvenly() {
    pool.settings(StrategyName.WEIGHTED_ROUND_ROBIN);
    pool.add("a", 20, 5);
    pool.add("b", 20, 1);
    pool.add("c", 20, 1);
    assertThat(picks(7)).containsExactly("a", "a", "b", "a", "c", "a", "a");
    assertThat(counted(700, () -> picks(1).getFirst()))
        .isEqualTo(Map.of("a", 500, "b", 100, "c", 100));
  }

  @Test
  void randomReachesEverybodyAlike() {
    pool.settings(StrategyName.RANDOM);
    pool.add("a");
    pool.add("b");
    pool.add("c");
    assertThat(counted(3_000, () -> picks(1).getFirst()).values())
        .hasSize(3)
        .allSatisfy(count -> assertThat(count).isBetween(800, 1_200));
  }

  @Test
  void leastLatencyIsFasterPerToolAndNotDeceivedBySlowTools() {
    pool.settings(StrategyName.LEAST_LATENCY);
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    measure(a, "quick", 10);
    measure(b, "quick", 50);
    measure(a, "report", 5_000);
    measure(b, "report", 100);
    assertThat(pool.ask("quick", null).name()).isEqualTo("a");
    assertThat(pool.ask("report", null).name()).isEqualTo("b");
  }

  @Test
  void leastLatencyTriesWhoWasSlowAgainAfterAWhile() {
    pool.settings(StrategyName.LEAST_LATENCY);
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    measure(b, "t", 2_000);
    for (int i = 0; i < 20; i++) {
      measure(a, "t", 100);
    }
    assertThat(pool.ask("t", null).name()).isEqualTo("a");
    for (int i = 0; i < 60; i++) {
      pool.pass(Duration.ofSeconds(1));
      measure(a, "t", 100);
    }
    assertThat(pool.ask("t", null).name()).isEqualTo("b");
  }

  @Test
  void leastLatencyTriesWhomItDoesNotKnowAndDoesNotFloodThem() {
    pool.settings(StrategyName.LEAST_LATENCY);
    Connection a = pool.add("a");
    pool.add("b");
    measure(a, "t", 10);
    Fixture.Asking first = pool.ask("t", null);
    assertThat(first.name()).isEqualTo("b");
    assertThat(pool.ask("t", null).name()).isEqualTo("a");
  }

  @Test
  void errorsMakeNobodyLookFast() {
    pool.settings(StrategyName.LEAST_LATENCY);
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    measure(a, "t", 20);
    measure(b, "t", 100);
    Fixture.Asking quickError = pool.ask(List.of(b.id()), "t", null, Set.of());
    quickError.lease().complete(Outcome.ERROR_ANSWER);
    assertThat(pool.ask("t", null).name()).isEqualTo("a");
  }

  @Test
  void whoOnlyErrsIsNotTriedAgainAndAgain() {
    pool.settings(StrategyName.LEAST_LATENCY);
    Connection good = pool.add("good");
    pool.add("bad");
    measure(good, "t", 20);
    Map<String, Integer> calls =
        counted(
            200,
            () -> {
              Fixture.Asking call = pool.ask("t", null);
              pool.pass(Duration.ofMillis(2));
              boolean errs = call.name().equals("bad");
              call.lease().complete(errs ? Outcome.ERROR_ANSWER : Outcome.OK);
              return call.name();
            });
    assertThat(calls.getOrDefault("bad", 0)).isBetween(1, 10);
  }

  @Test
  void toolsPastTheLimitAreKnownTogether() {
    Latencies latencies = new Latencies();
    for (int i = 0; i < 400; i++) {
      latencies.record("tool-" + i, 0, 5_000_000);
    }
    assertThat(latencies.peak("tool-1", 0)).isEqualTo(5);
    assertThat(latencies.peak("tool-399", 0)).isEqualTo(5);
  }

  @Test
  void aRankingForOthersTakesNobodysTurn() {
    pool.settings(StrategyName.WEIGHTED_ROUND_ROBIN);
    pool.add("a");
    pool.add("b");
    Loads loads = new Loads(pool.balancer);
    Map<String, Integer> calls =
        counted(
            100,
            () -> {
              loads.best(
                  List.copyOf(pool.connections.all()), 10, StrategyName.WEIGHTED_ROUND_ROBIN, "");
              return picks(1).getFirst();
            });
    assertThat(calls).isEqualTo(Map.of("a", 50, "b", 50));
  }

  @Test
  void thoseWithTheLeastLoadAreTheBestAndOfEqualsTheFirst() {
    Connection a = pool.add("a");
    List.of("b", "c", "d", "e").forEach(pool::add);
    Connection c = pool.connections.findByName("c").orElseThrow();
    occupy(a, 2);
    occupy(c, 1);
    assertThat(best(2)).containsExactly("b", "d");
    assertThat(best(9)).containsExactly("b", "d", "e", "c", "a");
  }

  private List<String> best(int most) {
    return new Loads(pool.balancer)
        .best(List.copyOf(pool.connections.all()), most, StrategyName.LEAST_LOADED, "").stream()
            .map(load -> load.connection().name())
            .toList();
  }

  @Test
  void priorityFailsOverInOrderAndBack() {
    pool.settings(
        new PoolSettings(
            StrategyName.PRIORITY,
            List.of("second", "first"),
            PoolSettings.StickyBy.SESSION,
            null,
            null));
    Connection first = pool.add("first");
    Connection second = pool.add("second");
    pool.add("unlisted");
    assertThat(picks(3)).containsOnly("second");
    pool.crash(second);
    assertThat(picks(3)).containsOnly("first");
    pool.crash(first);
    assertThat(picks(3)).containsOnly("unlisted");
    pool.servers.refuse = false;
    pool.open(second, 1);
    assertThat(picks(3)).containsOnly("second");
  }

  @Test
  void priorityUsesTheNextOneWhenTheFirstHasNoRoom() {
    pool.settings(
        new PoolSettings(
            StrategyName.PRIORITY, List.of("a"), PoolSettings.StickyBy.SESSION, null, null));
    Connection a = pool.add("a", 2, 1);
    pool.add("b");
    occupy(a, 2);
    assertThat(picks(2)).containsOnly("b");
  }

  @Test
  void stickyCallsStayTogetherAndOnlyThoseOfWhoLeavesMove() {
    pool.settings(StrategyName.STICKY);
    List<Connection> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(pool.add("s" + i));
    }
    Map<String, String> before = placed(200);
    assertThat(placed(200)).isEqualTo(before);
    assertThat(new HashSet<>(before.values())).hasSize(5);
    Connection gone = all.get(2);
    pool.crash(gone);
    placed(200)
        .forEach((key, name) -> {
          String was = before.getOrDefault(key, "");
          if (was.equals(gone.name())) {
            assertThat(name).isNotEqualTo(was);
          } else {
            assertThat(name).isEqualTo(was);
          }
        });
  }

  private Map<String, String> placed(int keys) {
    Map<String, String> placed = new HashMap<>();
    for (int i = 0; i < keys; i++) {
      Fixture.Asking call = pool.ask("", "client-" + i);
      placed.put("client-" + i, call.name());
      call.lease().complete(Outcome.OK);
    }
    return placed;
  }

  @Test
  void stickyWithoutAKeyGoesToTheLeastLoaded() {
    pool.settings(StrategyName.STICKY);
    Connection a = pool.add("a");
    pool.add("b");
    occupy(a, 2);
    assertThat(picks(5)).containsOnly("b");
  }

  @Test
  void whoHasJustComeUpIsGivenLittleAtFirst() {
    Connection old = pool.add("old");
    Connection fresh = pool.register("fresh", 20, 1);
    pool.open(fresh, 1);
    occupy(old, 4);
    occupy(fresh, 1);
    assertThat(picks(5)).containsOnly("old");
    pool.pass(Duration.ofSeconds(10));
    assertThat(picks(5)).containsOnly("fresh");
  }

  @Test
  void roundRobinPassesSomeTurnsOfWhoHasJustComeUp() {
    pool.settings(StrategyName.ROUND_ROBIN);
    pool.add("old");
    pool.open(pool.register("fresh", 20, 1), 1);
    pool.pass(Duration.ofSeconds(1));
    assertThat(counted(1_000, () -> picks(1).getFirst()).get("fresh")).isBetween(20, 250);
  }

  @Test
  void anInstanceOfAConnectionIsACandidateByItself() {
    Connection two = pool.register("two", 1, 1);
    pool.open(two, 2);
    assertThat(List.of(pool.ask().lease().session(), pool.ask().lease().session()))
        .doesNotHaveDuplicates();
    assertThat(pool.ask().waits()).isTrue();
  }
}
