package io.bluefly.registry.balancing;

import java.util.Map;
import java.util.WeakHashMap;
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
  private static final class Credit {
    private double value;
  }

  /** Members that are gone are forgotten by themselves. */
  private final Map<Member, Credit> credits = new WeakHashMap<>();

  @Override
  public synchronized double cost(Member[] members, int index, Call call) {
    return -(credit(members[index]).value + weight(members[index], call));
  }

  private Credit credit(Member member) {
    Credit known = credits.get(member);
    return known == null ? credits.computeIfAbsent(member, _ -> new Credit()) : known;
  }

  private static double weight(Member member, Call call) {
    return member.weight() * member.ramp(call.nanos());
  }

  @Override
  public synchronized String reason(Member[] members, int index, Call call) {
    long credit = Math.round(credit(members[index]).value);
    return "weight " + members[index].weight() + ", credit " + credit;
  }

  @Override
  public boolean samples() {
    return false;
  }

  @Override
  public synchronized @Nullable Member pick(Member[] members, Availability who, Call call) {
    Member best = null;
    Credit most = new Credit();
    double total = 0;
    for (Member member : members) {
      if (who.isAvailable(member)) {
        double weight = weight(member, call);
        Credit credit = credit(member);
        credit.value += weight;
        total += weight;
        if (best == null || credit.value > most.value) {
          best = member;
          most = credit;
        }
      }
    }
    most.value -= total;
    return best;
  }
}
