package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.Fixture.Asking;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.upstream.Instance;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Waiting, ejecting, repeating. */
class BalancerTest {
  private final Fixture pool = new Fixture();

  private Asking askOnly(Connection connection) {
    return pool.ask(List.of(connection.id()), "", null, Set.of());
  }

  private void fail(Connection connection, int times) {
    for (int i = 0; i < times; i++) {
      askOnly(connection).lease().complete(Outcome.FAILED);
    }
  }

  private boolean isEjected(Connection connection) {
    return pool.member(connection).standing().isEjected();
  }

  // Waiting.

  @Test
  void atCapacityCallsWaitAndAreServedInTheOrderOfTheirArrival() {
    pool.add("a", 1, 1);
    Asking running = pool.ask();
    Asking first = pool.ask();
    Asking second = pool.ask();
    assertThat(first.waits() && second.waits()).isTrue();
    running.lease().complete(Outcome.OK);
    assertThat(first.name()).isEqualTo("a");
    assertThat(second.waits()).isTrue();
    first.lease().giveBack();
    assertThat(second.name()).isEqualTo("a");
  }

  @Test
  void whoComesLaterDoesNotOvertakeWhoWaits() {
    Connection a = pool.add("a", 1, 1);
    Asking running = pool.ask();
    Asking first = pool.ask();
    pool.reported.put(a.id(), 1);
    running.lease().complete(Outcome.OK);
    assertThat(first.waits()).isTrue();
    pool.reported.clear(); // Room, of which nobody was told.
    Asking late = pool.ask();
    assertThat(first.name()).isEqualTo("a");
    assertThat(late.waits()).isTrue();
  }

  @Test
  void whoWaitsForAnotherServerHoldsNobodyUp() {
    Connection a = pool.add("a", 1, 1);
    Connection b = pool.add("b", 1, 1);
    askOnly(a).lease();
    assertThat(askOnly(a).waits()).isTrue();
    assertThat(askOnly(b).name()).isEqualTo("b");
  }

  @Test
  void pastItsBoundTheQueueRefusesAndNamesThePool() {
    pool.add("a", 1, 1);
    pool.ask().lease();
    for (int i = 0; i < Fixture.MAX_QUEUE; i++) {
      assertThat(pool.ask().waits()).isTrue();
    }
    Refusal refusal = pool.ask().refusal();
    assertThat(refusal.overloaded()).isTrue();
    assertThat(refusal.message())
        .isEqualTo("pool 'p' is full: 1 instance takes 1 calls at once, and 3 more wait");
    assertThat(refusal.retryAfter()).isBetween(1, 60);
  }

  @Test
  void whoHasWaitedForTooLongIsToldAndLeavesTheQueue() {
    pool.add("a", 1, 1);
    Asking running = pool.ask();
    Asking waiting = pool.ask();
    pool.pass(Fixture.FOR_ROOM.minusMillis(1));
    assertThat(waiting.waits()).isTrue();
    pool.pass(Duration.ofMillis(1));
    assertThat(waiting.refusal().overloaded()).isTrue();
    running.lease().complete(Outcome.OK);
    assertThat(pool.ask().name()).isEqualTo("a");
  }

  @Test
  void aCallWaitsForAServerThatIsStarting() {
    Connection a = pool.register("a", 1, 1);
    pool.instances(a, List.of(pool.servers.instance()));
    Asking waiting = pool.ask();
    assertThat(waiting.waits()).isTrue();
    pool.open(a, 1);
    assertThat(waiting.name()).isEqualTo("a");
  }

  @Test
  void whoHasWaitedForAServerInVainIsToldWhy() {
    Connection a = pool.register("a", 1, 1);
    pool.instances(a, List.of(pool.servers.instance()));
    Asking waiting = pool.ask();
    pool.pass(Fixture.TO_OPEN);
    assertThat(waiting.refusal().overloaded()).isFalse();
    assertThat(waiting.refusal().message()).isEqualTo("the server is still starting");
  }

  private Instance asleep() {
    Instance instance = pool.servers.opened();
    pool.servers.sleep(instance);
    return instance;
  }

  @Test
  void aCallWakesAServerThatSleepsAndWaitsForIt() {
    Connection a = pool.register("a", 1, 1);
    Instance instance = asleep();
    pool.instances(a, List.of(instance));
    List<Runnable> later = new ArrayList<>();
    pool.servers.executor = later::add;
    Asking call = pool.ask();
    assertThat(call.waits()).isTrue();
    assertThat(pool.ask().waits()).isTrue();
    List.copyOf(later).forEach(Runnable::run);
    pool.pass(Duration.ofMillis(100));
    assertThat(call.name()).isEqualTo("a");
  }

  @Test
  void aCallWakesASecondInstanceWhenTheFirstIsFull() {
    Connection a = pool.register("a", 1, 1);
    pool.instances(a, List.of(pool.servers.opened(), asleep()));
    List<Runnable> later = new ArrayList<>();
    pool.servers.executor = later::add;
    pool.ask().lease();
    Asking second = pool.ask();
    assertThat(second.waits()).isTrue();
    List.copyOf(later).forEach(Runnable::run);
    pool.pass(Duration.ofMillis(100));
    assertThat(second.name()).isEqualTo("a");
  }

  @Test
  void aFullQueueRefusesNobodyWhomAnotherServerCanTake() {
    Connection a = pool.add("a", 1, 1);
    Connection b = pool.add("b", 1, 1);
    askOnly(a).lease();
    for (int i = 0; i < Fixture.MAX_QUEUE; i++) {
      assertThat(askOnly(a).waits()).isTrue();
    }
    assertThat(askOnly(b).name()).isEqualTo("b");
  }

  @Test
  void reportedCallsAreSharedByTheInstancesAndNotMultiplied() {
    Connection a = pool.register("a", 1, 1);
    pool.open(a, 4);
    pool.reported.put(a.id(), 1);
    assertThat(new Loads(pool.balancer).of(a).activeRequests()).isEqualTo(1);
    for (int i = 0; i < 3; i++) {
      pool.ask().lease();
    }
    assertThat(pool.ask().waits()).isTrue();
  }

  @Test
  void nobodyWaitsForWhatDoesNotMendItself() {
    pool.servers.refuse = true;
    Connection a = pool.register("a", 1, 1);
    pool.instances(a, List.of(pool.servers.opened()));
    assertThat(pool.ask().refusal().message())
        .isEqualTo("the server can't be used now: no such command");
  }

  @Test
  void anIdleConnectionKeepsItsCallsAndTakesNoMore() {
    Connection a = pool.add("a");
    pool.add("b");
    Asking running = askOnly(a);
    pool.connections.update(a.id(), UnaryOperator.identity(), ConnectionStatus.IDLE);
    for (int i = 0; i < 20; i++) {
      assertThat(pool.ask().name()).isEqualTo("b");
    }
    assertThat(askOnly(a).refusal().message()).isEqualTo("connection a is idle and takes no calls");
    running.lease().complete(Outcome.OK);
    pool.connections.update(a.id(), UnaryOperator.identity(), ConnectionStatus.ACTIVE);
    assertThat(askOnly(a).name()).isEqualTo("a");
  }

  @Test
  void whoWaitsForAConnectionThatGoesIsTold() {
    Connection a = pool.add("a", 1, 1);
    pool.ask().lease();
    Asking waiting = pool.ask();
    pool.connections.disconnect(a.id(), false);
    assertThat(waiting.refusal().overloaded()).isFalse();
  }

  @Test
  void whoLeavesWhileWaitingTakesNobodysPlace() {
    pool.add("a", 1, 1);
    Asking running = pool.ask();
    Asking left = pool.ask();
    Asking stays = pool.ask();
    left.search().giveUp();
    running.lease().complete(Outcome.OK);
    assertThat(stays.name()).isEqualTo("a");
    assertThat(left.waits()).isTrue();
  }

  @Test
  void aClientThatIsBoundToAConnectionStaysThere() {
    pool.add("a");
    Connection b = pool.add("b");
    askOnly(b).lease();
    assertThat(pool.ask(pool.all(), "", null, Set.of(b.id())).name()).isEqualTo("b");
  }

  @Test
  void aPoolsNewStrategyCountsAtOnce() {
    Connection a = pool.add("a");
    pool.add("b");
    askOnly(a).lease();
    assertThat(pool.ask().name()).isEqualTo("b");
    pool.settings(
        new PoolSettings(
            StrategyName.PRIORITY, List.of("a"), PoolSettings.StickyBy.SESSION, null, null));
    assertThat(pool.ask().name()).isEqualTo("a");
  }

  // Ejecting.

  @Test
  void fiveCallsInARowWithoutAnAnswerEjectAnInstanceForAWhile() {
    Connection a = pool.add("a");
    pool.add("b");
    fail(a, 4);
    askOnly(a).lease().complete(Outcome.ERROR_ANSWER); // An answer all the same.
    fail(a, 4);
    assertThat(isEjected(a)).isFalse();
    fail(a, 1);
    assertThat(isEjected(a)).isTrue();
    assertThat(pool.ejections)
        .singleElement()
        .isInstanceOfSatisfying(
            EjectionEvent.Ejected.class,
            event -> {
              assertThat(event.connectionId()).isEqualTo(a.id());
              assertThat(event.reason()).isEqualTo("5 calls in a row had no answer");
              assertThat(event.whole()).isTrue();
            });
    for (int i = 0; i < 10; i++) {
      assertThat(pool.ask().name()).isEqualTo("b");
    }
    pool.pass(Duration.ofSeconds(29));
    assertThat(isEjected(a)).isTrue();
    pool.pass(Duration.ofSeconds(1));
    assertThat(isEjected(a)).isFalse();
    assertThat(pool.ejections).last().isInstanceOf(EjectionEvent.Returned.class);
    assertThat(pool.member(a).ramp(pool.nanos())).isLessThan(0.2);
  }

  @Test
  void ejectionsThatFollowOnEachOtherGrowLonger() {
    Connection a = pool.add("a");
    pool.add("b");
    fail(a, 5);
    pool.pass(Duration.ofSeconds(30));
    fail(a, 5);
    pool.pass(Duration.ofSeconds(59));
    assertThat(isEjected(a)).isTrue();
    pool.pass(Duration.ofSeconds(1));
    assertThat(isEjected(a)).isFalse();
    pool.pass(Duration.ofMinutes(5));
    fail(a, 5);
    pool.pass(Duration.ofSeconds(30));
    assertThat(isEjected(a)).isFalse();
  }

  @Test
  void theLastInstanceIsNeverEjected() {
    Connection a = pool.add("a");
    fail(a, 50);
    assertThat(isEjected(a)).isFalse();
    Connection b = pool.add("b");
    fail(a, 5);
    fail(b, 50);
    assertThat(isEjected(a)).isTrue();
    assertThat(isEjected(b)).isFalse();
  }

  @Test
  void neverMoreThanHalfOfAPoolIsEjected() {
    List<Connection> all = List.of(pool.add("a"), pool.add("b"), pool.add("c"), pool.add("d"));
    all.forEach(connection -> fail(connection, 20));
    assertThat(all.stream().filter(this::isEjected)).hasSize(2);
  }

  @Test
  void whenAllOthersAreAwayTheEjectedAreUsed() {
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    fail(a, 5);
    pool.crash(b);
    assertThat(pool.ask().name()).isEqualTo("a");
  }

  @Test
  void aRestartEndsAnEjection() {
    Connection a = pool.add("a");
    pool.add("b");
    fail(a, 5);
    pool.bus.publish(
        new UpstreamEvent.Opened(
            a.id(),
            Objects.requireNonNull(pool.member(a).instance().session()),
            1,
            pool.clock.instant()));
    assertThat(isEjected(a)).isFalse();
  }

  @Test
  void anEjectedInstanceThatIsReplacedLeavesNoConnectionEjected() {
    Connection a = pool.add("a");
    pool.add("b");
    fail(a, 5);
    assertThat(isEjected(a)).isTrue();
    pool.instances(a, List.of(pool.servers.opened()));
    assertThat(isEjected(a)).isFalse();
    assertThat(pool.ejections).last().isInstanceOf(EjectionEvent.Returned.class);
  }

  @Test
  void aHungInstanceIsFoundByTheCallsThatWereGivenUp() {
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    calls(b, 30, Outcome.OK, 5);
    calls(a, 5, Outcome.OK, 5);
    calls(a, 30, Outcome.CANCELLED, 400);
    new Comparison(pool.balancer).tick();
    assertThat(isEjected(a)).isTrue();
  }

  private void calls(Connection connection, int count, Outcome outcome, int millis) {
    for (int i = 0; i < count; i++) {
      Asking call = pool.ask(List.of(connection.id()), "t", null, Set.of());
      pool.clock.advance(Duration.ofMillis(millis));
      call.lease().complete(outcome);
    }
  }

  @Test
  void anInstanceThatErrsMuchMoreThanTheOthersIsEjected() {
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    Connection c = pool.add("c");
    calls(a, 12, Outcome.ERROR_ANSWER, 10);
    calls(a, 12, Outcome.OK, 10);
    calls(b, 24, Outcome.OK, 10);
    calls(c, 24, Outcome.OK, 10);
    new Comparison(pool.balancer).tick();
    assertThat(List.of(isEjected(a), isEjected(b), isEjected(c)))
        .containsExactly(true, false, false);
    assertThat(pool.member(a).standing().reason())
        .isEqualTo("50 % of its calls failed in the last minute, of the others' 0 %");
  }

  @Test
  void errorsThatAllMakeEjectNobody() {
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    calls(a, 30, Outcome.ERROR_ANSWER, 10);
    calls(b, 30, Outcome.ERROR_ANSWER, 10);
    new Comparison(pool.balancer).tick();
    assertThat(pool.ejections).isEmpty();
  }

  @Test
  void anInstanceThatTakesMuchLongerForTheSameToolIsEjectedAndForgivenAfterwards() {
    Connection a = pool.add("a");
    Connection b = pool.add("b");
    calls(a, 30, Outcome.OK, 600);
    calls(b, 30, Outcome.OK, 20);
    Comparison comparison = new Comparison(pool.balancer);
    comparison.tick();
    assertThat(isEjected(a)).isTrue();
    assertThat(isEjected(b)).isFalse();
    pool.pass(Duration.ofSeconds(30));
    comparison.tick();
    assertThat(isEjected(a)).isFalse();
  }

  // Repeating.

  @Test
  void aRepeatedCallGoesElsewhereAndAtMostThreeTimes() {
    Connection a = pool.add("a");
    pool.add("b");
    Asking call = pool.ask(pool.all(), "", null, Set.of(a.id()));
    assertThat(call.name()).isEqualTo("a");
    call.lease().complete(Outcome.FAILED);
    assertThat(call.again()).isTrue();
    assertThat(call.name()).isEqualTo("b");
    call.lease().complete(Outcome.FAILED);
    assertThat(call.again()).isTrue();
    call.lease().complete(Outcome.FAILED);
    assertThat(call.again()).isFalse();
  }

  @Test
  void aRepeatedCallWaitsForTheOnlyServerToComeBack() {
    Connection a = pool.add("a");
    Asking call = pool.ask();
    pool.crash(a);
    call.lease().complete(Outcome.FAILED);
    assertThat(call.again()).isTrue();
    assertThat(call.waits()).isTrue();
    pool.servers.refuse = false;
    pool.open(a, 1);
    assertThat(call.name()).isEqualTo("a");
  }

  @Test
  void repetitionsAreBoundedByABudgetThatCallsFill() {
    pool.add("a", 1_000, 1);
    pool.add("b", 1_000, 1);
    int taken = 0;
    for (int i = 0; i < 500; i++) {
      Asking call = pool.ask();
      call.lease().complete(Outcome.CANCELLED);
      taken += call.again() ? 1 : 0;
    }
    assertThat(taken).isBetween(150, 220); // A hundred kept, and one for every five calls.
    pool.pass(Duration.ofSeconds(1));
    Asking call = pool.ask();
    call.lease().complete(Outcome.FAILED);
    assertThat(call.again()).isTrue();
  }

  @Test
  void aHedgeThatFindsNobodyCostsNoRetry() {
    pool.add("a", 1_000, 1);
    Asking call = pool.ask();
    for (int i = 0; i < 200; i++) {
      assertThat(call.search().hedge(call.lease())).isNull();
    }
    call.lease().complete(Outcome.FAILED);
    assertThat(call.again()).isTrue();
  }

  @Test
  void aHedgeTakesAnotherInstanceThatHasRoomOrNone() {
    pool.add("a", 1, 1);
    Connection b = pool.add("b", 1, 1);
    Asking call = pool.ask();
    Lease second = Objects.requireNonNull(call.search().hedge(call.lease()));
    assertThat(second.connection().name()).isNotEqualTo(call.name());
    assertThat(call.search().hedge(call.lease())).isNull();
    assertThat(askOnly(b).waits()).isTrue();
  }
}
