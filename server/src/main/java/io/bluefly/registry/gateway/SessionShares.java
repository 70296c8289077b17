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
    boolean fits = open.merge(principal.id(), 1, Integer::sum) <= most;
    if (!fits) {
      giveBack(principal);
    }
    return fits;
  }

  /** One that was taken is over. */
  void giveBack(Principal principal) {
    open.computeIfPresent(principal.id(), (_, count) -> count == 1 ? null : count - 1);
  }

  /** What somebody is told who can't have another. */
  String refusal() {
    return "this key may have "
        + most
        + " sessions and streams open (gateway.max-sessions-per-key); end one of them first";
  }
}
