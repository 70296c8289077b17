package io.bluefly.registry.balancing;

import io.bluefly.registry.balancing.Explanation.Candidate;
import io.bluefly.registry.connections.ConnectionStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says whom a call would go to, without making one and without taking anybody's turn. */
public final class Explainer {
  private final Balancer balancer;

  /** Explains what {@code balancer} does. */
  public Explainer(Balancer balancer) {
    this.balancer = balancer;
  }

  /**
   * Explains a call of {@code tool}.
   *
   * @param ids the connections that can serve it
   * @param tool empty for other requests
   * @param key what a sticky call would go by; null for none
   */
  public Explanation explain(String poolName, List<String> ids, String tool, @Nullable String key) {
    Pool pool = balancer.pool(poolName);
    Member[] members = balancer.members().of(ids);
    Preview call = new Preview(tool, key == null ? 0 : Sticky.hash(key), balancer.nanos());
    Strategy strategy = pool.strategy();
    boolean rotation = false;
    for (Member member : members) {
      rotation |= member.isOpen() && member.isInRotation();
    }
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < members.length; i++) {
      candidates.add(candidate(strategy, members, i, call, rotation));
    }
    candidates.sort(
        Comparator.comparing(Candidate::available)
            .reversed()
            .thenComparingDouble(Explainer::order));
    return conclude(pool, candidates);
  }

  private static double order(Candidate candidate) {
    return Objects.requireNonNullElse(candidate.cost(), Double.MAX_VALUE);
  }

  private record Preview(String tool, long stickyKey, long nanos) implements Call {}

  private static Candidate candidate(
      Strategy strategy, Member[] members, int index, Call call, boolean rotation) {
    Member member = members[index];
    String away = away(member, rotation);
    boolean chance = strategy instanceof AnyMember;
    double cost = strategy.cost(members, index, call);
    double latency = member.latencies().peak(call.tool(), call.nanos());
    return new Candidate(
        member.connection().id(),
        member.connection().name(),
        member.number(),
        away == null,
        away == null ? strategy.reason(members, index, call) : away,
        away != null || chance ? null : cost,
        member.load(call.nanos()),
        member.busy(),
        member.capacity(),
        member.weight(),
        latency == 0 ? null : latency,
        member.standing().ejectedUntil(),
        member.ramp(call.nanos()));
  }

  /** Why a member would not be considered; null when it would. */
  private static @Nullable String away(Member member, boolean rotation) {
    if (!member.isOpen()) {
      return member.whyClosed();
    }
    if (rotation && member.standing().isEjected()) {
      return "ejected: " + member.standing().reason();
    }
    if (rotation && member.connection().status() == ConnectionStatus.ERROR) {
      return "the connection is in error";
    }
    return member.hasRoom() ? null : "at capacity: " + member.busy() + " calls in flight";
  }

  private static Explanation conclude(Pool pool, List<Candidate> candidates) {
    StrategyName name = pool.settings().strategy();
    int waiting = pool.queue().size();
    List<Candidate> available = candidates.stream().filter(Candidate::available).toList();
    if (available.isEmpty()) {
      return new Explanation(
          name, null, "nobody can take a call now: it would wait", waiting, candidates);
    }
    Candidate best = available.getFirst();
    long ties = available.stream().filter(c -> same(c.cost(), best.cost())).count();
    if (ties > 1) {
      return new Explanation(
          name, null, "one of " + ties + " that are equally good, at random", waiting, candidates);
    }
    boolean sampled = pool.strategy().samples() && available.size() > Strategy.SAMPLED_OVER;
    return new Explanation(
        name,
        sampled ? null : best.connectionId(),
        sampled
            ? "the better of two that are drawn from " + available.size()
            : best.name() + " (instance " + best.instance() + "): " + best.reason(),
        waiting,
        candidates);
  }

  private static boolean same(@Nullable Double one, @Nullable Double other) {
    return one == null ? other == null : one.equals(other);
  }
}
