package io.bluefly.registry.balancing;

/**
 * The member with the least calls in flight for its capacity; one that has just come up counts as
 * smaller than it is. Ties break at random; over 8 members the better of two is taken.
 *
 * <p>Least connections with weights, as in nginx's {@code least_conn} and Envoy's {@code
 * LEAST_REQUEST}, whose slow start it follows, too.
 */
final class LeastLoaded implements Strategy {
  @Override
  public double cost(Member[] members, int index, Call call) {
    Member member = members[index];
    return member.busy() / (member.capacity() * member.ramp(call.nanos()));
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    Member member = members[index];
    return member.busy() + " of " + member.capacity() + " calls in flight";
  }

  @Override
  public boolean samples() {
    return true;
  }
}
