package io.bluefly.registry.balancing;

import org.jspecify.annotations.Nullable;

/**
 * Each member in proportion to the {@code weight} of its registration, spread as evenly as it can
 * be: a member gains its weight in credit at each pick, and the one that is picked pays the sum of
 * all weights. Of those with the same credit the one that was registered first wins. One that has
 * just come up weighs less.
 *
 * <p>Smooth weighted round-robin, by Igor Sysoev for nginx 1.3.1 (commit 52327e0627f4).
 */
final class WeightedRoundRobin implements Strategy {
  @Override
  public double cost(Member[] members, int index, Call call) {
    return -(members[index].credit + weight(members[index], call));
  }

  private static double weight(Member member, Call call) {
    return member.weight() * member.ramp(call.nanos());
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    return "weight " + members[index].weight() + ", credit " + Math.round(members[index].credit);
  }

  @Override
  public boolean samples() {
    return false;
  }

  @Override
  public synchronized @Nullable Member pick(Member[] members, Availability who, Call call) {
    Member best = null;
    double total = 0;
    for (Member member : members) {
      if (who.isAvailable(member)) {
        double weight = weight(member, call);
        member.credit += weight;
        total += weight;
        if (best == null || member.credit > best.credit) {
          best = member;
        }
      }
    }
    if (best != null) {
      best.credit -= total;
    }
    return best;
  }
}
