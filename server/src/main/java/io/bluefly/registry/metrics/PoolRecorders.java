package io.bluefly.registry.metrics;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A recorder for each pool that was called since the start, up to a bound: what comes after shares
 * one. Pools are the labels of metrics and the lines of the history, which must not grow without
 * end.
 */
final class PoolRecorders {
  /** The pool that stands for those beyond the bound. */
  static final String OTHER = "other";

  private final int most;
  private final Map<String, Recorder> byPool = new ConcurrentHashMap<>();

  PoolRecorders(int most) {
    this.most = most;
  }

  Recorder of(String pool) {
    Recorder known = byPool.get(pool);
    if (known != null) {
      return known;
    }
    String name = byPool.size() < most ? pool : OTHER;
    return byPool.computeIfAbsent(name, _ -> new Recorder(Totals.fast()));
  }

  Map<String, Recorder> all() {
    return new TreeMap<>(byPool);
  }
}
