package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.balancing.Fixture.Asking;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Taking instances that fail out of rotation for a while. */
class EjectionTest {
  private final Fixture pool = new Fixture();

  private void fail(Connection connection, int times) {
    for (int i = 0; i < times; i++) {
      pool.askOnly(connection).lease().complete(Outcome.FAILED);
    }
  }

  private boolean isEjected(Connection connection) {
    return pool.member(connection).standing().isEjected();
  }

  @Test
  void fiveCallsInARowWithoutAnAnswerEjectAnInstanceForAWhile() {
    Connection a = pool.add("a");
    pool.add("b");
    fail(a, 4);
    pool.askOnly(a).lease().complete(Outcome.ERROR_ANSWER); // An answer all the same.
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
}
