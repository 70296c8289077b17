package io.bluefly.registry.metrics;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/** Counts the calls of one thing: a connection, one capability of it, or the whole registry. */
final class Recorder {
  private static final long NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_MILLI = 1_000;
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration RECENT = Duration.ofMinutes(5);

  private final LongAdder requests = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder micros = new LongAdder();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final ConcurrentHistogram latency = new ConcurrentHistogram(2);
  private final SlidingWindow ended = new SlidingWindow();
  private final SlidingWindow failed = new SlidingWindow();
  private final AtomicReference<@Nullable Instant> lastActiveAt = new AtomicReference<>();

  Recorder() {
    latency.setAutoResize(true);
  }

  void begin() {
    inFlight.incrementAndGet();
  }

  void end(long began, long now, Instant at, Outcome outcome) {
    long elapsed = Math.max(0, now - began) / NANOS_PER_MICRO;
    inFlight.decrementAndGet();
    requests.increment();
    micros.add(elapsed);
    latency.recordValue(elapsed);
    ended.add(now);
    if (outcome.isError()) {
      errors.increment();
      failed.add(now);
    }
    lastActiveAt.setRelease(at); // Nobody waits for it.
  }

  /** Counts calls that ended without the registry; their latencies stand for all of them. */
  void record(Usage usage, long now, Instant at) {
    int samples = usage.latencies().size();
    for (int i = 0; i < samples; i++) {
      long elapsed = Math.round(usage.latencies().get(i) * MICROS_PER_MILLI);
      long weight = usage.requests() * (i + 1) / samples - usage.requests() * i / samples;
      micros.add(elapsed * weight);
      latency.recordValueWithCount(elapsed, weight);
    }
    requests.add(usage.requests());
    errors.add(usage.errors());
    ended.add(now, usage.requests());
    failed.add(now, usage.errors());
    if (usage.requests() > 0) {
      lastActiveAt.setRelease(at);
    }
  }

  int inFlight() {
    return inFlight.get();
  }

  Figures figures(long now) {
    long count = requests.sum();
    long recent = ended.count(now, RECENT);
    return new Figures(
        count,
        errors.sum(),
        count == 0 ? 0 : micros.sum() / MICROS_PER_MILLI / count,
        count == 0 ? 0 : latency.getValueAtPercentile(95) / MICROS_PER_MILLI,
        inFlight.get(),
        ended.count(now, MINUTE),
        recent == 0 ? 0 : (double) failed.count(now, RECENT) / recent,
        lastActiveAt.get());
  }
}
