package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.Recommendation.Action;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.metrics.Usage;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Advice by Little's law, and its figures. */
class AdvisorTest {
  private final Fixture pool = new Fixture();
  private final Advisor advisor = new Advisor(pool.balancer);

  /** So many calls each second, each of which takes so long, for a minute. */
  private void traffic(Connection connection, int perSecond, Duration service) {
    Deque<Fixture.Asking> running = new ArrayDeque<>();
    for (int second = 0; second < 60; second++) {
      if (second >= service.toSeconds()) {
        for (int i = 0; i < perSecond && !running.isEmpty(); i++) {
          running.remove().lease().complete(Outcome.OK);
        }
      }
      for (int i = 0; i < perSecond; i++) {
        running.add(pool.ask(List.of(connection.id()), "t", null, Set.of()));
      }
      pool.pass(Duration.ofSeconds(1));
    }
    running.forEach(call -> call.lease().complete(Outcome.OK));
  }

  @Test
  void aBusyPoolNeedsAsManyServersAsLittlesLawSays() {
    Connection a = pool.add("a", 20, 1);
    traffic(a, 6, Duration.ofSeconds(3)); // 6/s × 3 s = 18 of 20 places.
    assertThat(advisor.recommendations("p"))
        .singleElement()
        .satisfies(advice -> {
          assertThat(advice.action()).isEqualTo(Action.SCALE_UP);
          assertThat(advice.figures().arrivalRate()).isBetween(5.5, 6.5);
          assertThat(advice.figures().serviceTime()).isBetween(2_700.0, 3_100.0);
          assertThat(advice.figures().concurrency()).isBetween(16.0, 19.5);
          assertThat(advice.figures().capacity()).isEqualTo(20);
          assertThat(advice.suggestedConnections()).isEqualTo(1); // 18 / (0.6 × 20) = 1.5
        });
  }

  @Test
  void aPoolWithLittleToDoNeedsFewer() {
    Connection a = pool.add("a", 20, 1);
    pool.add("b", 20, 1);
    pool.add("c", 20, 1);
    traffic(a, 2, Duration.ofSeconds(1));
    assertThat(advisor.recommendations("p"))
        .singleElement()
        .satisfies(advice -> {
          assertThat(advice.action()).isEqualTo(Action.SCALE_DOWN);
          assertThat(advice.suggestedConnections()).isEqualTo(2);
        });
  }

  @Test
  void aPoolThatFitsAndOneWithoutCallsGetNoAdvice() {
    Connection a = pool.add("a", 20, 1);
    assertThat(advisor.recommendations(null)).isEmpty();
    traffic(a, 4, Duration.ofSeconds(2));
    assertThat(advisor.recommendations(null)).isEmpty();
  }

  @Test
  void callsThatWaitCountAsDemand() {
    Connection a = pool.add("a", 1, 1);
    traffic(a, 1, Duration.ofSeconds(1));
    pool.ask();
    pool.ask();
    pool.ask();
    assertThat(advisor.recommendations("p"))
        .anySatisfy(advice -> {
          assertThat(advice.action()).isEqualTo(Action.SCALE_UP);
          assertThat(advice.figures().waiting()).isEqualTo(2);
          assertThat(advice.suggestedConnections()).isGreaterThanOrEqualTo(3);
        });
  }

  @Test
  void unevenLoadIsARebalance() {
    Connection a = pool.add("a", 10, 1);
    pool.add("b", 10, 1);
    for (int i = 0; i < 10; i++) {
      pool.ask(List.of(a.id()), "t", null, Set.of()).lease();
    }
    pool.pass(Duration.ofSeconds(20));
    assertThat(advisor.recommendations("p"))
        .singleElement()
        .satisfies(advice -> {
          assertThat(advice.action()).isEqualTo(Action.REBALANCE);
          assertThat(advice.connectionIds()).containsExactly(a.id());
        });
  }

  @Test
  void anInstanceThatErrsIsToBeReplaced() {
    Connection a = pool.add("a");
    pool.add("b");
    for (int i = 0; i < 20; i++) {
      pool.ask(List.of(a.id()), "t", null, Set.of()).lease().complete(Outcome.ERROR_ANSWER);
    }
    assertThat(advisor.recommendations("p"))
        .anySatisfy(advice -> {
          assertThat(advice.action()).isEqualTo(Action.REPLACE);
          assertThat(advice.reason())
              .isEqualTo("a (instance 1): 20 of 20 calls in the last minute failed");
          assertThat(advice.connectionIds()).containsExactly(a.id());
        });
  }

  @Test
  void reportedUseCountsToo() {
    Connection a = pool.add("a", 20, 1);
    new Loads(pool.balancer).report(a, new Usage(0, 600, 0, List.of(2_000.0)));
    assertThat(advisor.needed(a.id())).isGreaterThan(1);
  }
}
