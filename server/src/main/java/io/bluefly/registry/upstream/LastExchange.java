package io.bluefly.registry.upstream;

import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The last request of the registry's own to one server over HTTP. It outlives the session: whether
 * there can be one is what an operator wants to know.
 */
final class LastExchange {
  private final InstantSource clock;
  private volatile @Nullable HttpTimes latest;

  /** The last one that came to an end: what goes on says nothing yet. */
  private volatile @Nullable HttpTimes ended;

  LastExchange(InstantSource clock) {
    this.clock = clock;
  }

  /** One begins; what is returned takes its times. */
  HttpTimes begin() {
    HttpTimes before = latest;
    if (before != null && before.isOver()) {
      ended = before;
    }
    HttpTimes times = new HttpTimes(clock.instant());
    latest = times;
    return times;
  }

  /** The server turned out to be reached otherwise. */
  void forget() {
    latest = null;
    ended = null;
  }

  /** Of the last one that has ended, else how far the first has come; empty before it. */
  Optional<HttpTiming> timing() {
    HttpTimes now = latest;
    HttpTimes before = ended;
    HttpTimes shown = now == null || now.isOver() || before == null ? now : before;
    return shown == null ? Optional.empty() : Optional.of(shown.timing());
  }
}
