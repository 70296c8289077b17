package io.bluefly.registry.balancing;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Says what it costs to give a call to a member; the available member of the least cost is picked.
 * Ties break at random, so that equal members share evenly, unless a strategy leaves none.
 */
sealed interface Strategy
    permits LeastLoaded, RoundRobin, WeightedRoundRobin, AnyMember, LeastLatency, Priority, Sticky {
  /**
   * Over so many members a strategy that {@link #samples} compares two of them instead of all,
   * which is nearly as good and keeps many callers with the same stale view from all taking the
   * same one (M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS
   * 12(10), 2001).
   */
  int SAMPLED_OVER = 8;

  /** Draws that may meet a member that is not available before all are looked through. */
  int DRAWS = 8;

  /** What it costs to take the member at {@code index}; the least cost wins. */
  double cost(Member[] members, int index, Call call);

  /** The same in words, for people. */
  String reason(Member[] members, int index, Call call);

  /** Whether two members stand for all where there are many. */
  boolean samples();

  /** The best of the available members; null when none is available. */
  default @Nullable Member pick(Member[] members, Availability who, Call call) {
    if (samples() && members.length > SAMPLED_OVER) {
      Member better = betterOfTwo(members, who, call);
      if (better != null) {
        return better;
      }
    }
    int best = best(members, who, call);
    return best < 0 ? null : members[best];
  }

  /** The index of the best of the available members; -1 when none is available. */
  default int best(Member[] members, Availability who, Call call) {
    int best = -1;
    double least = Double.POSITIVE_INFINITY;
    int ties = 0;
    for (int i = 0; i < members.length; i++) {
      if (!who.isAvailable(members[i])) {
        continue;
      }
      double cost = cost(members, i, call);
      if (best < 0 || cost < least) {
        best = i;
        least = cost;
        ties = 1;
      } else if (cost == least && ThreadLocalRandom.current().nextInt(++ties) == 0) {
        best = i;
      }
    }
    return best;
  }

  private @Nullable Member betterOfTwo(Member[] members, Availability who, Call call) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    int first = -1;
    for (int draw = 0; draw < DRAWS; draw++) {
      int next = random.nextInt(members.length);
      if (next == first || !who.isAvailable(members[next])) {
        continue;
      }
      if (first < 0) {
        first = next;
      } else {
        return members[cost(members, first, call) <= cost(members, next, call) ? first : next];
      }
    }
    return null;
  }

  /** The strategy of {@code settings}. */
  static Strategy of(PoolSettings settings) {
    return switch (settings.strategy()) {
      case LEAST_LOADED -> new LeastLoaded();
      case ROUND_ROBIN -> new RoundRobin();
      case WEIGHTED_ROUND_ROBIN -> new WeightedRoundRobin();
      case RANDOM -> new AnyMember();
      case LEAST_LATENCY -> new LeastLatency();
      case PRIORITY -> new Priority(settings.order());
      case STICKY -> new Sticky();
    };
  }
}
