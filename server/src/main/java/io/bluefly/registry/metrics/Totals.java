package io.bluefly.registry.metrics;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.PackedHistogram;
import org.jspecify.annotations.Nullable;

/** Adds up calls that ended. Made for the first of them: what is never called costs nothing. */
final class Totals {
  private static final double MICROS_PER_MILLI = 1_000;

  /** After so many calls, and each time again, it is tried to become fast. */
  static final int BUSY = 8_192;

  private final LongAdder requests = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder micros = new LongAdder();

  /** How many more may become fast; null for what is fast from the first call on. */
  private final @Nullable AtomicInteger room;

  /**
   * Of the calls since the start, from the first of them on, until it becomes fast; under the lock
   * of this, for HdrHistogram's packed one for several threads hangs in {@code consolidateEntry}.
   */
  private @Nullable PackedHistogram small;

  /** Of the calls since it became fast. */
  private volatile @Nullable ConcurrentHistogram fast;

  private boolean released;

  /** Of the calls before the start, as they were stored: few of them are ever looked at. */
  private volatile LatencyCounts.@Nullable Packed before;

  private final AtomicReference<@Nullable Instant> lastActiveAt = new AtomicReference<>();

  /** Requests that the store knows of; the keeper's. */
  private long saved;

  private Totals(@Nullable AtomicInteger room) {
    this.room = room;
  }

  /**
   * For what there are many of: 2 KB where others take 12, for half a µs more for each call. Who is
   * called often becomes fast, if there is room.
   *
   * @param room how many more may become fast
   */
  static Totals small(AtomicInteger room) {
    return new Totals(room);
  }

  /** For what all calls meet in. */
  static Totals fast() {
    return new Totals(null);
  }

  void add(long elapsedMicros, boolean error, Instant at) {
    requests.increment();
    micros.add(elapsedMicros);
    record(elapsedMicros, 1);
    if (error) {
      errors.increment();
    }
    lastActiveAt.setRelease(at); // Nobody waits for it.
  }

  /** Adds calls that ended without the registry; their latencies stand for all of them. */
  void add(Usage usage, Instant at) {
    int samples = usage.latencies().size();
    for (int i = 0; i < samples; i++) {
      long elapsed = Math.round(usage.latencies().get(i) * MICROS_PER_MILLI);
      long weight = usage.requests() * (i + 1) / samples - usage.requests() * i / samples;
      micros.add(elapsed * weight);
      record(elapsed, weight);
    }
    requests.add(usage.requests());
    errors.add(usage.errors());
    if (usage.requests() > 0) {
      lastActiveAt.setRelease(at);
    }
  }

  /** Adds what was stored before the start; once. */
  void add(StoredTotals stored) {
    CallTotals calls = stored.calls();
    requests.add(calls.requests());
    errors.add(calls.errors());
    micros.add(calls.micros());
    before = stored.latencies().packed();
    lastActiveAt.updateAndGet(known -> CallTotals.later(known, calls.lastActiveAt()));
    saved += calls.requests();
  }

  CallTotals now() {
    return new CallTotals(requests.sum(), errors.sum(), micros.sum(), lastActiveAt.get());
  }

  LatencyCounts latencies() {
    ConcurrentHistogram quick = fast;
    LatencyCounts.Packed stored = before;
    LatencyCounts now = slow();
    now = quick == null ? now : now.plus(LatencyCounts.copyOf(quick));
    return stored == null ? now : stored.unpacked().plus(now);
  }

  private synchronized LatencyCounts slow() {
    return small == null ? LatencyCounts.NONE : LatencyCounts.copyOf(small);
  }

  private void record(long micros, long count) {
    ConcurrentHistogram quick = fast;
    if (quick == null) {
      recordSlowly(micros, count);
    } else {
      quick.recordValueWithCount(micros, count);
    }
  }

  private synchronized void recordSlowly(long micros, long count) {
    if (room == null) {
      grow().recordValueWithCount(micros, count);
      return;
    }
    PackedHistogram counts = small == null ? new PackedHistogram(LatencyCounts.DIGITS) : small;
    small = counts;
    counts.setAutoResize(true);
    counts.recordValueWithCount(micros, count);
    boolean busy = counts.getTotalCount() % BUSY == 0;
    if (busy && fast == null && room.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      grow();
    }
  }

  private ConcurrentHistogram grow() {
    ConcurrentHistogram known = fast;
    if (known == null) {
      known = new ConcurrentHistogram(LatencyCounts.DIGITS);
      known.setAutoResize(true);
      fast = known;
    }
    return known;
  }

  /** It is not used any more: another one may become fast. */
  synchronized void release() {
    if (room != null && fast != null && !released) {
      released = true;
      room.incrementAndGet();
    }
  }

  boolean isUnsaved() {
    return requests.sum() != saved;
  }

  void saved(long known) {
    saved = known;
  }
}
