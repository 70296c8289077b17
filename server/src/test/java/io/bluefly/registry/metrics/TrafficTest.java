package io.bluefly.registry.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrafficTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void littlesLawTurnsRatesIntoConcurrency() {
    Traffic traffic = new Traffic(0);
    for (int second = 0; second < 30; second++) {
      traffic.arrived(second * SECOND);
      traffic.arrived(second * SECOND);
      traffic.ended(second * SECOND, SECOND / 2, false);
      traffic.ended(second * SECOND, SECOND / 2, second % 2 == 0);
    }
    Traffic.Sum sum = traffic.sum(30 * SECOND);
    assertThat(sum.arrivalRate()).isEqualTo(2, within(0.01));
    assertThat(sum.serviceMillis()).isEqualTo(500, within(0.01));
    assertThat(sum.concurrency()).isEqualTo(1, within(0.01));
    assertThat(sum.errorRate()).isEqualTo(0.25, within(0.01));
  }

  @Test
  void whatIsOlderThanAMinuteDoesNotCount() {
    Traffic traffic = new Traffic(0);
    traffic.arrived(0);
    assertThat(traffic.sum(54 * SECOND).arrivals()).isEqualTo(1);
    assertThat(traffic.sum(60 * SECOND).arrivals()).isZero();
    traffic.arrived(60 * SECOND);
    assertThat(traffic.sum(60 * SECOND).arrivals()).isEqualTo(1);
  }

  @Test
  void aLoadIsSmoothed() {
    LoadAverage load = new LoadAverage(0, 2 * SECOND);
    load.set(0, 10);
    assertThat(load.average(0)).isZero();
    assertThat(load.average(2 * SECOND)).isEqualTo(6.32, within(0.01));
    assertThat(load.average(60 * SECOND)).isEqualTo(10, within(0.01));
    load.set(60 * SECOND, 0);
    assertThat(load.average(62 * SECOND)).isEqualTo(3.68, within(0.01));
  }
}
