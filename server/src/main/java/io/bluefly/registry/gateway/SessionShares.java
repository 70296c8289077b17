package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How many sessions and streams each key has open, so that none of them takes what all share. */
final class SessionShares {
  private final int most;
  private final Map<String, Integer> open = new ConcurrentHashMap<>();

  /**
   * Nobody has any.
   *
   * @param most what one key may have open; 0 for any number
   */
  SessionShares(int most) {
    this.most = most;
  }

  /** Takes one more for {@code principal}; false when that would be too many. */
  boolean take(Principal principal) {
    if (most == 0) {
      return true;
    }
    boolean[] taken = new boolean[1];
    open.compute(
        principal.id(),
        (_, count) -> {
          int before = count == null ? 0 : count;
          taken[0] = before < most;
          return taken[0] ? Integer.valueOf(before + 1) : count;
        });
    return taken[0];
  }

  /** One that was taken is over. */
  void giveBack(Principal principal) {
    open.computeIfPresent(principal.id(), (_, count) -> count == 1 ? null : count - 1);
  }

  /** What somebody is told who can't have another. */
  String refusal() {
    return "this key may have "
        + most
        + " sessions and streams open (gateway.max-sessions-per-key); end one first";
  }
}
