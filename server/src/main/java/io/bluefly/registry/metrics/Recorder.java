package io.bluefly.registry.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the calls of a connection or a pool. */
final class Recorder {
  private static final double MICROS_PER_MILLI = 1_000;
  private static final long NO_ANSWER = -1;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration RECENT = Duration.ofMinutes(5);

  private final Totals totals;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final SlidingWindow ended = new SlidingWindow();
  private final SlidingWindow failed = new SlidingWindow();

  /** Of the last call that came to something; what two threads write at once may get mixed. */
  private final AtomicLong answeredAt = new AtomicLong();

  private final AtomicLong answerMicros = new AtomicLong(NO_ANSWER);

  Recorder(Totals totals) {
    this.totals = totals;
  }

  void begin() {
    inFlight.incrementAndGet();
  }

  void end(long elapsedMicros, long now, Instant at, Outcome outcome) {
    inFlight.decrementAndGet();
    totals.add(elapsedMicros, outcome.isError(), at);
    ended.add(now);
    if (outcome.isError()) {
      failed.add(now);
    }
    if (outcome == Outcome.FAILED) {
      answerMicros.setRelease(NO_ANSWER);
    } else if (outcome != Outcome.CANCELLED) {
      answeredAt.setRelease(now);
      answerMicros.setRelease(elapsedMicros);
    }
  }

  /** Counts calls that ended without the registry. */
  void record(Usage usage, long now, Instant at) {
    totals.add(usage, at);
    ended.add(now, usage.requests());
    failed.add(now, usage.errors());
  }

  /** In ms, if the last call was answered, and since {@code earliest}. */
  OptionalLong lastAnswer(long earliest) {
    long elapsed = answerMicros.get();
    return elapsed == NO_ANSWER || answeredAt.get() - earliest < 0
        ? OptionalLong.empty()
        : OptionalLong.of(elapsed / (long) MICROS_PER_MILLI);
  }

  int inFlight() {
    return inFlight.get();
  }

  Totals totals() {
    return totals;
  }

  Figures figures(long now) {
    return new Figures(
        totals.now(),
        inFlight.get(),
        ended.count(now, MINUTE),
        ended.count(now, RECENT),
        failed.count(now, RECENT));
  }
}
