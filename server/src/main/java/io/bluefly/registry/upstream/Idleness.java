package io.bluefly.registry.upstream;

import java.time.Duration;
import java.time.Instant;

/**
 * For how long an instance has had no call, to the exactness with which it is looked at. Calls cost
 * nothing for it: they are only counted, as they are anyway.
 */
final class Idleness {
  private Instant since;
  private int begun;

  Idleness(Instant now) {
    this.since = now;
  }

  /** The time without a call. */
  Duration of(InFlight calls, Instant now) {
    int begunNow = calls.begun();
    if (begunNow != begun || calls.count() > 0) {
      begun = begunNow;
      since = now;
    }
    return Duration.between(since, now);
  }

  /** The time begins anew. */
  void reset(Instant now) {
    since = now;
  }
}
