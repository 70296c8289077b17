package io.bluefly.registry.upstream;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: they double up to a limit, and each is drawn from its upper half, so
 * that many that failed together do not come back together.
 */
record Backoff(Duration first, Duration longest) {
  private static final int MAX_DOUBLINGS = 20;

  /** The pause after {@code failures} failures in a row, which is at least 1. */
  Duration pause(int failures, RandomGenerator random) {
    long full =
        Math.min(longest.toMillis(), first.toMillis() << Math.min(failures - 1, MAX_DOUBLINGS));
    return drawn(full, random);
  }

  /** A pause that no further failure would lengthen. */
  Duration longestPause(RandomGenerator random) {
    return drawn(longest.toMillis(), random);
  }

  private static Duration drawn(long full, RandomGenerator random) {
    return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
  }
}
