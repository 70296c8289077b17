package io.bluefly.registry.balancing;

import io.bluefly.registry.metrics.Traffic;
import java.time.Duration;
import java.util.IdentityHashMap;
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

  /** Members of a list that is kept without counting what all lists hold. */
  private static final int FEW = 32;

  /** Members in all longer lists. */
  private static final int MAX_MEMBERS = 500_000;

  /** Characters of what a client names; what is longer is nobody's and not worth to be kept. */
  private static final int MAX_TARGET = 512;

  @SuppressWarnings("ArrayRecordComponent") // read by strategies without a copy, never changed
  private record Resolved(List<String> ids, int version, Member[] members) {
    @SuppressWarnings("ReferenceEquality") // comparing the ids costs as much as a look-up
    boolean isOf(List<String> ids, int version) {
      return this.ids == ids && this.version == version;
    }
  }

  /** How long it is believed why it is full. */
  private static final long FULL_NANOS = Duration.ofMillis(100).toNanos();

  private record Full(Refusal refusal, long at) {}

  private final String name;
  private final WaitQueue queue;
  private final RetryBudget retries;
  private final Traffic arrivals;
  private final Set<String> connectionIds = new ConcurrentSkipListSet<>();
  private final Map<String, Resolved> resolved = new ConcurrentHashMap<>();
  private volatile Resolved last = new Resolved(List.of(), -1, new Member[0]);
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
   * Most targets are offered by the same connections, and share what was found for them.
   *
   * @param target what the call is for; the list belongs to it
   */
  Member[] members(Members all, String target, List<String> ids) {
    int version = all.version();
    Resolved known = resolved.get(target);
    if (known != null && known.isOf(ids, version)) {
      return known.members;
    }
    Resolved found = last;
    if (!found.isOf(ids, version)) {
      found = new Resolved(ids, version, all.of(ids));
      last = found;
    }
    if (target.length() <= MAX_TARGET) {
      remember(target, found);
    }
    return found.members;
  }

  private void remember(String target, Resolved found) {
    boolean many = found.members.length > FEW && membersKept(found.version) >= MAX_MEMBERS;
    if (many || resolved.size() >= MAX_LISTS) {
      resolved.clear();
    }
    resolved.put(target, found);
  }

  /** Members in the lists of this version; the others are of no use any more. */
  private int membersKept(int version) {
    resolved.values().removeIf(other -> other.version != version);
    IdentityHashMap<Member[], Boolean> arrays = new IdentityHashMap<>();
    resolved.values().forEach(other -> arrays.put(other.members, true));
    return arrays.keySet().stream().mapToInt(members -> members.length).sum();
  }
}
