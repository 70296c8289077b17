package io.bluefly.registry.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How often each may do something. */
class RateLimitTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final AtomicLong now = new AtomicLong(-SECOND.toNanos());

  private RateLimit limit(int amount, int burst, Duration period) {
    return new RateLimit(amount, burst, period, now::get);
  }

  private static int taken(RateLimit limit, String who, int tries) {
    int taken = 0;
    for (int i = 0; i < tries; i++) {
      taken += limit.take(who) == 0 ? 1 : 0;
    }
    return taken;
  }

  @Test
  void eachHasItsOwn() {
    RateLimit limit = limit(10, 0, SECOND);
    assertThat(taken(limit, "a", 100)).isEqualTo(10);
    assertThat(taken(limit, "b", 100)).isEqualTo(10);
    now.addAndGet(SECOND.toNanos() / 2);
    assertThat(taken(limit, "a", 100)).isEqualTo(5);
  }

  @Test
  void moreMayComeAtOnceThanInTheLongRun() {
    RateLimit limit = limit(10, 30, SECOND);
    assertThat(taken(limit, "a", 100)).isEqualTo(30);
    now.addAndGet(SECOND.toNanos());
    assertThat(taken(limit, "a", 100)).isEqualTo(10);
  }

  @Test
  void itIsSaidWhenToTryAgain() {
    RateLimit limit = limit(1, 0, Duration.ofMinutes(1));
    assertThat(limit.take("a")).isZero();
    assertThat(limit.take("a")).isEqualTo(61);
    now.addAndGet(Duration.ofSeconds(50).toNanos());
    assertThat(limit.take("a")).isEqualTo(11);
    now.addAndGet(Duration.ofSeconds(11).toNanos());
    assertThat(limit.take("a")).isZero();
  }

  @Test
  void zeroIsNoLimit() {
    RateLimit limit = limit(0, 0, SECOND);
    assertThat(taken(limit, "a", 10_000)).isEqualTo(10_000);
    assertThat(limit.known()).isZero();
  }

  @Test
  void howeverManyComeOnlySoManyAreKept() {
    RateLimit limit = limit(1, 0, SECOND);
    for (int i = 0; i < 3 * RateLimit.MAX_KNOWN; i++) {
      limit.take("who-" + i);
    }
    assertThat(limit.known()).isLessThanOrEqualTo(RateLimit.MAX_KNOWN + 1);
    assertThat(limit.take("one more")).isPositive(); // They share one.
    now.addAndGet(2 * SECOND.toNanos());
    assertThat(limit.take("after a while")).isZero();
    assertThat(limit.known()).isLessThan(10);
  }
}
