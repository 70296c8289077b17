package io.bluefly.registry.balancing;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One member after the other, in the order of registration. There are no ties: the turn decides;
 * who is not available misses it, and who has just come up passes some of its turns on.
 *
 * <p>J. Nagle, "On Packet Switches With Infinite Storage", RFC 970, 1985.
 */
final class RoundRobin implements Strategy {
  private int next;

  /** How far the member's turn is away. */
  @Override
  public synchronized double cost(Member[] members, int index, Call call) {
    return Math.floorMod(index - next, members.length);
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    int turns = (int) cost(members, index, call);
    return turns == 0 ? "it is its turn" : "its turn comes after " + turns + " more";
  }

  @Override
  public boolean samples() {
    return false;
  }

  @Override
  public synchronized @Nullable Member pick(Member[] members, Availability who, Call call) {
    int start = next;
    int passed = -1;
    for (int turn = 0; turn < members.length; turn++) {
      int index = Math.floorMod(start + turn, members.length);
      if (!who.isAvailable(members[index])) {
        continue;
      }
      if (members[index].ramp(call.nanos()) >= ThreadLocalRandom.current().nextDouble()) {
        next = index + 1;
        return members[index];
      }
      passed = passed < 0 ? index : passed;
    }
    if (passed < 0) {
      return null;
    }
    next = passed + 1;
    return members[passed];
  }
}
