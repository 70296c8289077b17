package io.bluefly.registry.balancing;

import java.util.Locale;

/**
 * The member that is expected to answer this tool first: the peak-sensitive moving average of what
 * the tool took there, times the calls that are before it. A member that has never run the tool is
 * tried when it has nothing to do. Ties break at random; over 8 members the better of two is taken.
 *
 * <p>Peak EWMA, by Steve Jenson and others for Twitter's Finagle ({@code
 * com.twitter.finagle.loadbalancer.PeakEwma}); here the average is kept per tool, so that a slow
 * tool does not make its server look slow for the others.
 */
final class LeastLatency implements Strategy {
  /** For who has calls in flight and none of them answered: after all that are known. */
  private static final double UNKNOWN = 1e12;

  @Override
  public double cost(Member[] members, int index, Call call) {
    Member member = members[index];
    double millis = member.latencies().peak(call.tool(), call.nanos());
    int busy = member.busy();
    if (millis == 0) {
      return busy == 0 ? 0 : UNKNOWN + busy;
    }
    return millis * (busy + 1) / member.ramp(call.nanos());
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    Member member = members[index];
    double millis = member.latencies().peak(call.tool(), call.nanos());
    return millis == 0
        ? "not measured yet, " + member.busy() + " in flight"
        : String.format(
            Locale.ROOT, "%.1f ms a call, %d in flight before it", millis, member.busy());
  }

  @Override
  public boolean samples() {
    return true;
  }
}
