package io.bluefly.registry.capabilities;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The flags of definitions that were looked through last, so that not each look at a connection
 * reads all of them again. Bounded by what it holds, not by definitions alone.
 */
final class FlagCache {
  /** Definitions and flags together. */
  static final int MOST = 20_000;

  /**
   * What flags follow from.
   *
   * @param hash of the whole text
   * @param names the state of other connections' tools
   */
  record Key(String connectionId, String hash, long names) {}

  private final Map<Key, List<Flag>> known = new LinkedHashMap<>(16, 0.75f, true);
  private int weight;

  /** Flags that are known, or those that {@code look} finds; two may look at the same time. */
  List<Flag> get(Key key, Supplier<List<Flag>> look) {
    List<Flag> before = find(key);
    if (before != null) {
      return before;
    }
    List<Flag> found = look.get();
    keep(key, found);
    return found;
  }

  private synchronized @Nullable List<Flag> find(Key key) {
    return known.get(key);
  }

  private synchronized void keep(Key key, List<Flag> flags) {
    if (known.put(key, flags) == null) {
      weight += weight(flags);
    }
    for (Iterator<List<Flag>> oldest = known.values().iterator(); weight > MOST; ) {
      weight -= weight(oldest.next());
      oldest.remove();
    }
  }

  private static int weight(List<Flag> flags) {
    return 1 + flags.size();
  }

  synchronized int size() {
    return known.size();
  }
}
