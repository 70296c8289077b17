package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.Fixture.Asking;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.upstream.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Waiting for room, for a server that comes, and for one that is woken. */
class BalancerTest {
  private final Fixture pool = new Fixture();

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
    pool.askOnly(a).lease();
    assertThat(pool.askOnly(a).waits()).isTrue();
    assertThat(pool.askOnly(b).name()).isEqualTo("b");
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
    pool.askOnly(a).lease();
    for (int i = 0; i < Fixture.MAX_QUEUE; i++) {
      assertThat(pool.askOnly(a).waits()).isTrue();
    }
    assertThat(pool.askOnly(b).name()).isEqualTo("b");
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
    Asking running = pool.askOnly(a);
    pool.connections.update(a.id(), UnaryOperator.identity(), ConnectionStatus.IDLE);
    for (int i = 0; i < 20; i++) {
      assertThat(pool.ask().name()).isEqualTo("b");
    }
    assertThat(pool.askOnly(a).refusal().message())
        .isEqualTo("connection a is idle and takes no calls");
    running.lease().complete(Outcome.OK);
    pool.connections.update(a.id(), UnaryOperator.identity(), ConnectionStatus.ACTIVE);
    assertThat(pool.askOnly(a).name()).isEqualTo("a");
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
    pool.askOnly(b).lease();
    assertThat(pool.ask(pool.all(), "", null, Set.of(b.id())).name()).isEqualTo("b");
  }

  @Test
  void aPoolsNewStrategyCountsAtOnce() {
    Connection a = pool.add("a");
    pool.add("b");
    pool.askOnly(a).lease();
    assertThat(pool.ask().name()).isEqualTo("b");
    pool.settings(
        new PoolSettings(
            StrategyName.PRIORITY, List.of("a"), PoolSettings.StickyBy.SESSION, null, null));
    assertThat(pool.ask().name()).isEqualTo("a");
  }
}
