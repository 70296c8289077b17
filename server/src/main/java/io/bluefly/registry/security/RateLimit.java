package io.bluefly.registry.security;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often each of many may do something: a bucket for each, which fills again at a steady rate.
 * Never waits; may be asked on any thread. Who was not heard of for as long as a bucket takes to
 * fill is forgotten when there are many.
 */
public final class RateLimit {
  /** Buckets that are kept; whoever comes beyond them shares one. */
  static final int MAX_KNOWN = 10_000;

  private static final String OTHERS = "";
  private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final int amount;
  private final int burst;
  private final Duration period;
  private final LongSupplier nanos;
  private final Map<String, Bucket> buckets = new ConcurrentHashMap<>();
  private final AtomicLong swept;

  /**
   * Lets each do {@code amount} in each {@code period}.
   *
   * @param amount 0 for any
   * @param burst how many may come at once; 0 for {@code amount}
   * @param nanos a clock like {@link System#nanoTime}
   */
  public RateLimit(int amount, int burst, Duration period, LongSupplier nanos) {
    this.amount = amount;
    this.burst = burst == 0 ? amount : burst;
    this.period = period;
    this.nanos = nanos;
    this.swept = new AtomicLong(nanos.getAsLong() - SWEEP_NANOS);
  }

  /** Takes one for {@code who}: 0 when there was one, else in how many seconds there will be. */
  public int take(String who) {
    if (amount == 0) {
      return 0;
    }
    ConsumptionProbe probe = bucket(who).tryConsumeAndReturnRemaining(1);
    return probe.isConsumed() ? 0 : Math.toIntExact(1 + probe.getNanosToWaitForRefill() / SECOND);
  }

  /** How many there are in each {@link #period}. */
  public int amount() {
    return amount;
  }

  /** What a bucket takes to fill, if it holds {@link #amount}. */
  public Duration period() {
    return period;
  }

  private Bucket bucket(String who) {
    Bucket known = buckets.get(who);
    if (known != null) {
      return known;
    }
    boolean room = buckets.size() < MAX_KNOWN || forgetUnused();
    return buckets.computeIfAbsent(room ? who : OTHERS, _ -> full());
  }

  private Bucket full() {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(burst).refillGreedy(amount, period))
        .withCustomTimePrecision(new Meter(nanos))
        .build();
  }

  /** A full bucket is worth no more than a new one. */
  private boolean forgetUnused() {
    long last = swept.get();
    long now = nanos.getAsLong();
    if (now - last >= SWEEP_NANOS && swept.compareAndSet(last, now)) {
      buckets.values().removeIf(bucket -> bucket.getAvailableTokens() >= burst);
    }
    return buckets.size() < MAX_KNOWN;
  }

  /** Those that are kept. */
  int known() {
    return buckets.size();
  }

  private record Meter(LongSupplier nanos) implements TimeMeter {
    @Override
    public long currentTimeNanos() {
      return nanos.getAsLong();
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
