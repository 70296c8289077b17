package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.Fixture.Asking;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Outcome;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Calls that are made again, or a second time, elsewhere. */
class RepetitionTest {
  private final Fixture pool = new Fixture();

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
    assertThat(pool.askOnly(b).waits()).isTrue();
  }
}
