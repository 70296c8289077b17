package io.bluefly.registry.cli.registration;

import io.bluefly.registry.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;

/** Time that passes only in pauses, and then at once. */
public final class ManualPace implements Pace {
  private final ManualClock clock = new ManualClock(Instant.EPOCH);

  @Override
  public Instant instant() {
    return clock.instant();
  }

  @Override
  public void pause(Duration time) {
    clock.advance(time);
  }
}
