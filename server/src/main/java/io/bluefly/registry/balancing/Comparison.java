package io.bluefly.registry.balancing;

import io.bluefly.registry.health.Outliers;
import io.bluefly.registry.metrics.Traffic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares the members of each pool with each other, and has those ejected that do much worse. */
public final class Comparison {
  /** Members that one is compared with at most. */
  private static final int SAMPLE = 100;

  private final Balancer balancer;

  /** Compares what {@code balancer} knows. */
  public Comparison(Balancer balancer) {
    this.balancer = balancer;
  }

  /** Looks at every pool; called at the interval of the settings. */
  public void tick() {
    for (Pool pool : balancer.pools()) {
      compare(pool);
    }
    balancer.forgetEmptyPools();
  }

  private void compare(Pool pool) {
    List<Member> open = new ArrayList<>();
    for (Member member : balancer.members().of(pool.connectionIds())) {
      if (member.isOpen() && !member.standing().isEjected()) {
        open.add(member);
      }
    }
    if (open.size() < 2) {
      return;
    }
    List<View> views =
        open.stream()
            .map(member -> View.of(member, balancer.nanos()))
            .filter(View::isCalled)
            .toList();
    for (View view : views) {
      String why = why(view, others(view, views));
      if (why != null && !balancer.eject(pool, view.member, why)) {
        return; // It can spare none of the others either.
      }
    }
  }

  /** Of many a sample: their median is nearly that of all. */
  private static List<View> others(View one, List<View> views) {
    Stream<View> compared =
        views.size() <= SAMPLE
            ? views.stream()
            : ThreadLocalRandom.current()
                .ints(0, views.size())
                .distinct()
                .limit(SAMPLE)
                .mapToObj(views::get);
    return compared.filter(other -> !other.member.equals(one.member)).toList();
  }

  private @Nullable String why(View one, List<View> others) {
    Outliers outliers = balancer.outliers();
    String errors = outliers.errors(one.record, others.stream().map(View::record).toList());
    if (errors != null) {
      return errors;
    }
    for (Map.Entry<String, Double> tool : one.means.entrySet()) {
      double[] usual =
          others.stream()
              .map(other -> other.means.get(tool.getKey()))
              .filter(mean -> mean != null)
              .mapToDouble(Double::doubleValue)
              .toArray();
      String slow = outliers.latency(tool.getKey(), tool.getValue(), usual);
      if (slow != null) {
        return slow;
      }
    }
    return null;
  }

  /** A member at this moment. */
  private record View(Member member, Outliers.Account record, Map<String, Double> means) {
    static View of(Member member, long nanos) {
      Traffic.Sum sum = member.traffic().sum(nanos);
      Map<String, Double> means = new HashMap<>();
      member.latencies().means(nanos, means::put);
      return new View(member, new Outliers.Account(sum.ends(), sum.errorRate()), means);
    }

    boolean isCalled() {
      return record.calls() > 0 || !means.isEmpty();
    }
  }
}
