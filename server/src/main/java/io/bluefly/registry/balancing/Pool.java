package io.bluefly.registry.balancing;

import io.bluefly.registry.metrics.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The balancer's state for one pool: who is in it, how it picks, and who waits. */
final class Pool {
  /** Lists of candidates that are remembered; one for each capability of the pool, usually. */
  private static final int MAX_LISTS = 2_000;

  @SuppressWarnings("ArrayRecordComponent") // read by strategies without a copy, never changed
  private record Resolved(List<String> ids, int version, Member[] members) {}

  /** How long it is believed why it is full. */
  private static final long FULL_NANOS = Duration.ofMillis(100).toNanos();

  private record Full(Refusal refusal, long at) {}

  private final String name;
  private final WaitQueue queue;
  private final RetryBudget retries;
  private final Traffic arrivals;
  private final Set<String> connectionIds = new ConcurrentSkipListSet<>();
  private final Map<String, Resolved> resolved = new ConcurrentHashMap<>();
  private volatile PoolSettings settings;
  private volatile Strategy strategy;
  private volatile @Nullable Full full;

  Pool(String name, PoolSettings settings, int maxQueue, long nanos) {
    this.name = name;
    this.settings = settings;
    this.strategy = Strategy.of(settings);
    this.queue = new WaitQueue(maxQueue);
    this.retries = new RetryBudget(nanos);
    this.arrivals = new Traffic(nanos);
  }

  String name() {
    return name;
  }

  WaitQueue queue() {
    return queue;
  }

  RetryBudget retries() {
    return retries;
  }

  /** The calls that came, whether they were served or not. */
  Traffic arrivals() {
    return arrivals;
  }

  /** Ids of the connections that are in it, in the order of registration. */
  Set<String> connectionIds() {
    return connectionIds;
  }

  PoolSettings settings() {
    return settings;
  }

  Strategy strategy() {
    return strategy;
  }

  /** Why it is full, as it was found out a moment ago. */
  Refusal full(long nanos, Supplier<Refusal> now) {
    Full known = full;
    if (known == null || nanos - known.at > FULL_NANOS) {
      known = new Full(now.get(), nanos);
      full = known;
    }
    return known.refusal;
  }

  void change(PoolSettings next) {
    settings = next;
    strategy = Strategy.of(next);
  }

  /**
   * The members of these connections, remembered as long as both the list and the members stay.
   *
   * @param target what the call is for; the list belongs to it
   */
  @SuppressWarnings("ReferenceEquality") // comparing the ids costs as much as a look-up
  Member[] members(Members all, String target, List<String> ids) {
    int version = all.version();
    Resolved known = resolved.get(target);
    if (known != null && known.ids == ids && known.version == version) {
      return known.members;
    }
    Member[] members = all.of(ids);
    if (resolved.size() >= MAX_LISTS) {
      resolved.clear();
    }
    resolved.put(target, new Resolved(ids, version, members));
    return members;
  }
}
