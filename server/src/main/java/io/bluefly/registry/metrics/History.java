package io.bluefly.registry.metrics;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A day of points, one for each minute: of the whole registry for every minute that it ran, of a
 * pool for those in which it was called. A minute that can't be stored is left out. Reads and
 * writes the store, so its callers may have to wait.
 */
public final class History {
  /** How far back it goes. */
  public static final Duration SPAN = Duration.ofHours(24);

  /** What the points are made of, and the least step of {@link #read}. */
  public static final Duration STEP = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(History.class);

  private final CallMetrics metrics;
  private final Supplier<ConnectionCounts> connections;
  private final HistoryStore store;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private Map<String, PoolCounts> before = Map.of();
  private Instant minute;
  private boolean failing;

  /** Begins with the minute that is running. */
  public History(
      CallMetrics metrics,
      Supplier<ConnectionCounts> connections,
      HistoryStore store,
      InstantSource clock) {
    this.metrics = metrics;
    this.connections = connections;
    this.store = store;
    this.clock = clock;
    this.minute = thisMinute();
  }

  private Instant thisMinute() {
    return clock.instant().truncatedTo(ChronoUnit.MINUTES);
  }

  /** Writes the minute that has ended, if one has; called again and again. */
  public void tick() {
    if (!lock.tryLock()) {
      return; // The store is slow: what happens meanwhile is part of the next point.
    }
    try {
      if (!thisMinute().equals(minute)) {
        write();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes what has happened in the minute that is running. */
  public void close() {
    lock.lock();
    try {
      write();
    } finally {
      lock.unlock();
    }
  }

  private void write() {
    Instant ended = minute;
    List<HistoryPoint> points = points(ended);
    minute = thisMinute();
    try {
      store.savePoints(points.stream().map(this::joined).toList(), minute.minus(SPAN));
      failing = false;
    } catch (RuntimeException e) {
      if (!failing) {
        log.warn("The history of metrics can't be stored, minutes are missing: {}", e.getMessage());
      }
      failing = true;
    }
  }

  private List<HistoryPoint> points(Instant at) {
    Map<String, PoolCounts> now = metrics.pools();
    List<HistoryPoint> points = new ArrayList<>();
    PoolCounts all = PoolCounts.NONE;
    for (var entry : now.entrySet()) {
      PoolCounts counts =
          entry.getValue().minus(before.getOrDefault(entry.getKey(), PoolCounts.NONE));
      all = all.plus(counts);
      if (counts.calls().requests() > 0 || counts.inFlight() > 0) {
        points.add(new HistoryPoint(at, entry.getKey(), counts, null));
      }
    }
    points.add(new HistoryPoint(at, HistoryPoint.REGISTRY, all, connections.get()));
    before = now;
    return points;
  }

  /** With what a registry that was stopped within this minute has written of it. */
  private HistoryPoint joined(HistoryPoint point) {
    return store.loadPoints(point.pool(), point.from(), point.from().plus(STEP)).stream()
        .reduce(point, (later, earlier) -> earlier.with(later));
  }

  /**
   * The points from {@code from}, at its minute, until before {@code to}.
   *
   * @param pool the pool, or {@link HistoryPoint#REGISTRY}
   * @param step what each point is made of; those without any minute are left out
   */
  public List<HistoryPoint> read(String pool, Instant from, Instant to, Duration step) {
    Instant first = from.truncatedTo(ChronoUnit.MINUTES);
    Map<Long, HistoryPoint> steps = new TreeMap<>();
    for (HistoryPoint point : store.loadPoints(pool, first, to)) {
      long number = Duration.between(first, point.from()).dividedBy(step);
      HistoryPoint moved = point.since(first.plus(step.multipliedBy(number)));
      steps.merge(number, moved, HistoryPoint::with);
    }
    return List.copyOf(steps.values());
  }

  /** Whether the history has anything of this pool. */
  public boolean knows(String pool) {
    return store.knowsPool(pool);
  }
}
