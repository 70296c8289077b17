package io.bluefly.registry.balancing;

import io.bluefly.registry.balancing.Recommendation.Action;
import io.bluefly.registry.balancing.Recommendation.Figures;
import io.bluefly.registry.metrics.Traffic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says how many servers a pool needs. By Little's law a pool that gets λ calls per second, each of
 * which takes W seconds, has λ · W in flight; it needs so many places, and some to spare, since
 * calls do not come evenly: servers are planned to be used to {@value #TARGET} of their capacity.
 */
public final class Advisor {
  /** The share of the capacity that should be used. */
  static final double TARGET = 0.6;

  /** Over this share there is too little to spare. */
  static final double HIGH = 0.8;

  /** Below this share there is more than enough. */
  static final double LOW = 0.3;

  /** Calls in the last minute without which errors say nothing. */
  private static final int MINIMUM_CALLS = 20;

  /** A server that fails more than that should be replaced. */
  private static final double FAILING = 0.5;

  private final Balancer balancer;

  /** Goes by what {@code balancer} has measured. */
  public Advisor(Balancer balancer) {
    this.balancer = balancer;
  }

  /** What there is to say of all pools, or of one. */
  public List<Recommendation> recommendations(@Nullable String poolName) {
    List<Recommendation> all = new ArrayList<>();
    for (Pool pool : balancer.pools()) {
      if (poolName == null || poolName.equals(pool.name())) {
        advise(pool, all);
      }
    }
    return all;
  }

  private void advise(Pool pool, List<Recommendation> all) {
    List<Member> open = open(pool.connectionIds());
    if (open.isEmpty()) {
      return;
    }
    Figures figures = figures(pool, open);
    replace(pool, open, figures, all);
    int needed = needed(figures);
    boolean high =
        figures.utilization() > HIGH || figures.waiting() > 0 || needed > figures.instances();
    if (high && needed > figures.instances()) {
      all.add(scale(pool, Action.SCALE_UP, needed, open, figures));
    } else if (figures.utilization() < LOW
        && figures.waiting() == 0
        && figures.arrivalRate() > 0
        && needed < figures.instances()) {
      all.add(scale(pool, Action.SCALE_DOWN, needed, open, figures));
    } else {
      rebalance(pool, open, figures, all);
    }
  }

  private List<Member> open(Collection<String> connectionIds) {
    List<Member> open = new ArrayList<>();
    for (Member member : balancer.members().of(connectionIds)) {
      if (member.isOpen()) {
        open.add(member);
      }
    }
    return open;
  }

  private Figures figures(Pool pool, List<Member> open) {
    long now = balancer.nanos();
    Traffic.Sum served = Traffic.Sum.NONE;
    int capacity = 0;
    for (Member member : open) {
      served = served.plus(member.traffic().sum(now));
      capacity += member.capacity();
    }
    // Calls that were refused, or still wait, have arrived too; reported ones only at the members.
    double rate = Math.max(pool.arrivals().sum(now).arrivalRate(), served.arrivalRate());
    // Calls that take long have not ended yet, and are in flight all the same.
    double concurrency = Math.max(rate * served.serviceMillis() / 1e3, current(open, now));
    return new Figures(
        rate,
        served.serviceMillis(),
        concurrency,
        capacity,
        concurrency / capacity,
        open.size(),
        pool.queue().size(),
        served.errorRate());
  }

  /** Instances of the size of those that are there, at least one. */
  static int needed(Figures figures) {
    double size = (double) figures.capacity() / figures.instances();
    double places = figures.concurrency() + figures.waiting();
    return (int) Math.max(1, Math.ceil(places / (TARGET * size)));
  }

  private static Recommendation scale(
      Pool pool, Action action, int needed, List<Member> open, Figures figures) {
    String reason =
        String.format(
            Locale.ROOT,
            "%.1f calls/s of %.0f ms keep %.1f places busy, %d more wait; there are %d (%.0f %%)."
                + " It has %s and needs %s to be %.0f %% busy",
            figures.arrivalRate(),
            figures.serviceTime(),
            figures.concurrency(),
            figures.waiting(),
            figures.capacity(),
            figures.utilization() * 100,
            counted(figures.instances()),
            counted(needed),
            TARGET * 100);
    return new Recommendation(
        action, pool.name(), reason, Math.abs(needed - figures.instances()), ids(open), figures);
  }

  private static String counted(int instances) {
    return instances == 1 ? "one instance" : instances + " instances";
  }

  private static List<String> ids(List<Member> members) {
    return members.stream().map(member -> member.connection().id()).distinct().toList();
  }

  private void rebalance(Pool pool, List<Member> open, Figures figures, List<Recommendation> all) {
    long now = balancer.nanos();
    List<Member> busy = open.stream().filter(member -> member.load(now) > HIGH).toList();
    List<Member> free = open.stream().filter(member -> member.load(now) < HIGH / 2).toList();
    if (!busy.isEmpty() && !free.isEmpty()) {
      all.add(
          new Recommendation(
              Action.REBALANCE,
              pool.name(),
              String.format(
                  Locale.ROOT,
                  "Load exceeding %.0f %% on %d instances while %d have less than %.0f %%; the"
                      + " strategy is %s: least-loaded spreads calls evenly, weights follow size",
                  HIGH * 100,
                  busy.size(),
                  free.size(),
                  HIGH * 50,
                  pool.settings().strategy().wire()),
              0,
              ids(busy),
              figures));
    }
  }

  private void replace(Pool pool, List<Member> open, Figures figures, List<Recommendation> all) {
    for (Member member : open) {
      Traffic.Sum sum = member.traffic().sum(balancer.nanos());
      boolean failing = sum.ends() >= MINIMUM_CALLS && sum.errorRate() > FAILING;
      if (failing || member.standing().isEjected()) {
        String why =
            failing
                ? String.format(
                    Locale.ROOT,
                    "%d of %d calls in the last minute failed",
                    sum.errors(),
                    sum.ends())
                : "ejected: " + member.standing().reason();
        all.add(
            new Recommendation(
                Action.REPLACE,
                pool.name(),
                member.connection().name() + " (instance " + member.number() + "): " + why,
                1,
                List.of(member.connection().id()),
                figures));
      }
    }
  }

  /** How many instances a connection needs by what it has measured itself, at least 1. */
  int needed(String connectionId) {
    List<Member> open = open(List.of(connectionId));
    if (open.isEmpty()) {
      return 1;
    }
    Pool pool = balancer.pool(open.getFirst().connection().registration().pool());
    long now = balancer.nanos();
    Traffic.Sum served = Traffic.Sum.NONE;
    for (Member member : open) {
      served = served.plus(member.traffic().sum(now));
    }
    int capacity = open.getFirst().capacity();
    double busy = Math.max(served.concurrency(), current(open, now));
    // Those who wait are for all of the pool; this connection takes its share.
    int members = Math.max(1, open(pool.connectionIds()).size());
    double waiting = (double) pool.queue().size() * open.size() / members;
    return (int) Math.max(1, Math.ceil((busy + waiting) / (TARGET * capacity)));
  }

  /** Calls in flight now, smoothed: the last minute may not know yet of a rush. */
  private static double current(List<Member> open, long now) {
    double sum = 0;
    for (Member member : open) {
      sum += member.load(now) * member.capacity();
    }
    return sum;
  }
}
