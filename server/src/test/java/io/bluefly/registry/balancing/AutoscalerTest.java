package io.bluefly.registry.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.metrics.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many instances a stdio connection is given, and when. */
class AutoscalerTest {
  private static final Instances BOUNDS = new Instances(1, 4);

  private final Fixture pool = new Fixture();
  private final Advisor advisor = new Advisor(pool.balancer);
  private final List<Fixture.Asking> running = new ArrayList<>();
  private final Connection connection = pool.register("a", 2, 1);
  private final Autoscaler scaler;
  private int have = 1;

  AutoscalerTest() {
    scaler = new Autoscaler(List::of, advisor, pool.clock); // Only decisions are asked for here.
  }

  @BeforeEach
  void open() {
    pool.open(connection, 1);
    pool.pass(Duration.ofMinutes(2));
  }

  /** Asks every two seconds, as the registry does; opens or ends nothing. */
  private void look(Duration time) {
    for (int i = 0; i < time.toSeconds() / 2; i++) {
      pool.pass(Duration.ofSeconds(2));
      have = scaler.next(connection.id(), have, BOUNDS);
    }
  }

  private void rush(int calls) {
    for (int i = 0; i < calls; i++) {
      running.add(pool.ask());
    }
  }

  private void calm() {
    running.forEach(call -> {
      if (!call.waits()) {
        call.lease().complete(Outcome.OK);
      } else {
        call.search().giveUp();
      }
    });
    running.clear();
  }

  @Test
  void aRushIsFollowedAtOnce() {
    rush(4);
    look(Duration.ofSeconds(4));
    assertThat(have).isGreaterThan(2);
  }

  @Test
  void neverMoreThanTheMostAndNeverLessThanTheLeast() {
    rush(5);
    look(Duration.ofSeconds(20));
    assertThat(have).isEqualTo(4);
    calm();
    look(Duration.ofMinutes(10));
    assertThat(have).isEqualTo(1);
  }

  @Test
  void downwardItGoesOneAtATimeAfterAMinuteOfCalm() {
    rush(5);
    look(Duration.ofSeconds(20));
    calm();
    look(Duration.ofSeconds(58));
    assertThat(have).isEqualTo(4);
    look(Duration.ofSeconds(40));
    assertThat(have).isEqualTo(3);
    look(Duration.ofSeconds(50));
    assertThat(have).isEqualTo(2);
  }
}
