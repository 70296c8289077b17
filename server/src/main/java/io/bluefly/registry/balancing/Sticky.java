package io.bluefly.registry.balancing;

/**
 * Calls with the same key go to the same instance as long as it is available, and when members come
 * or go, only the calls of those move. The key is the session, the principal or an argument, as the
 * pool says. Scores are 53-bit hashes, so that ties do not occur; calls without a key go to the
 * least loaded member, where ties break at random.
 *
 * <p>Rendezvous hashing: D. Thaler and C. Ravishankar, "Using Name-Based Mappings to Increase Hit
 * Rates", IEEE/ACM Transactions on Networking 6(1), 1998.
 */
final class Sticky implements Strategy {
  private static final LeastLoaded WITHOUT_KEY = new LeastLoaded();
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  @Override
  public double cost(Member[] members, int index, Call call) {
    return call.stickyKey() == 0
        ? WITHOUT_KEY.cost(members, index, call)
        : mix(call.stickyKey() ^ members[index].hash()) >>> 11;
  }

  /** FNV-1a over the characters: the same on every machine and in every release. */
  static long hash(String text) {
    long hash = FNV_OFFSET;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return hash;
  }

  /** The finalizer of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). */
  private static long mix(long bits) {
    long once = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    long twice = (once ^ (once >>> 27)) * 0x94d049bb133111ebL;
    return twice ^ (twice >>> 31);
  }

  @Override
  public String reason(Member[] members, int index, Call call) {
    return call.stickyKey() == 0
        ? "no key to go by; " + WITHOUT_KEY.reason(members, index, call)
        : "by the hash of the call's key";
  }

  @Override
  public boolean samples() {
    return false;
  }
}
