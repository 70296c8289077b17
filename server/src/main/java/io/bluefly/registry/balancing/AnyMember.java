package io.bluefly.registry.balancing;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The strategy {@code random}: any available member, each as likely as the others; one that has
 * just come up less so. All is one tie, which breaks at random.
 *
 * <p>For how uneven that is, M. Raab and A. Steger, "Balls into Bins", RANDOM 1998.
 */
final class AnyMember implements Strategy {
  /** A draw of 0..1 to the power of 1/weight picks by weight (P. Efraimidis, P. Spirakis, 2006). */
  @Override
  public double cost(Member[] members, int index, Call call) {
    double draw = ThreadLocalRandom.current().nextDouble();
    return 1 - Math.pow(draw, 1 / members[index].ramp(call.nanos()));
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    return "all are as likely";
  }

  @Override
  public boolean samples() {
    return true;
  }
}
