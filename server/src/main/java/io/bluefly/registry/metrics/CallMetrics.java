package io.bluefly.registry.metrics;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The figures of every call that the data plane forwards or that a client reports, per connection,
 * per capability of it, per pool, and for the whole registry. The registry's own probes and list
 * reads are never counted. A connection that was never called takes no memory here.
 */
public final class CallMetrics {
  /** Capabilities that are told apart per connection; calls of further names count as one. */
  static final int MAX_CAPABILITIES = 1_000;

  /** Where the calls of further names count. */
  static final String OTHERS = "(others)";

  private static final int DEFAULT_POOLS = 100;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double MINUTE_SECONDS = 60;

  /** Connections and capabilities, of those that are called often, that are counted fast: 6 MB. */
  private static final int FAST = 500;

  private record Measured(
      Recorder all, Map<String, Totals> byCapability, AtomicInteger roomForFast) {
    Measured(AtomicInteger roomForFast) {
      this(new Recorder(Totals.small(roomForFast)), new ConcurrentHashMap<>(), roomForFast);
    }

    Totals of(String capability) {
      Totals known = byCapability.get(capability);
      if (known != null) {
        return known;
      }
      String name = byCapability.size() < MAX_CAPABILITIES ? capability : OTHERS;
      return byCapability.computeIfAbsent(name, _ -> Totals.small(roomForFast));
    }

    void release() {
      all.totals().release();
      byCapability.values().forEach(Totals::release);
    }
  }

  private final InstantSource clock;
  private final LongSupplier nanos;
  private final long since;
  private final PoolRecorders pools;

  /** Of the whole registry, from before the start; the rest of its sums is in the pools. */
  private final Totals before = Totals.fast();

  private final Map<String, Measured> connections = new ConcurrentHashMap<>();
  private final AtomicInteger roomForFast = new AtomicInteger(FAST);

  /**
   * Measures latencies and windows by {@code nanos}, a monotonic clock such as {@link
   * System#nanoTime}; dates by {@code clock}.
   *
   * @param maxPools pools that are told apart
   */
  public CallMetrics(InstantSource clock, LongSupplier nanos, int maxPools) {
    this.clock = clock;
    this.nanos = nanos;
    this.since = nanos.getAsLong();
    this.pools = new PoolRecorders(maxPools);
  }

  /** The same with the default of the settings. */
  public CallMetrics(InstantSource clock, LongSupplier nanos) {
    this(clock, nanos, DEFAULT_POOLS);
  }

  private Measured measured(String connectionId) {
    Measured known = connections.get(connectionId);
    return known != null
        ? known
        : connections.computeIfAbsent(connectionId, _ -> new Measured(roomForFast));
  }

  /**
   * A call begins. Whoever begins must {@link Call#end}.
   *
   * @param pool the pool of the connection
   * @param capability the tool, prompt or resource that is asked for, or null for other requests
   */
  public Call begin(String connectionId, String pool, @Nullable String capability) {
    Measured measured = measured(connectionId);
    Totals named = capability == null || capability.isEmpty() ? null : measured.of(capability);
    Call call = new Call(pools.of(pool), measured.all, named);
    call.pool.begin();
    call.connection.begin();
    return call;
  }

  /** A call that is going on. */
  public final class Call {
    private final Recorder pool;
    private final Recorder connection;
    private final @Nullable Totals capability;
    private final long began = nanos.getAsLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    private Call(Recorder pool, Recorder connection, @Nullable Totals capability) {
      this.pool = pool;
      this.connection = connection;
      this.capability = capability;
    }

    /**
     * The call has ended; only the first report counts.
     *
     * @return how long it took, in ns; negative when its end was reported before
     */
    public long end(Outcome outcome) {
      if (!ended.compareAndSet(false, true)) {
        return -1;
      }
      long now = nanos.getAsLong();
      long elapsed = Math.max(0, now - began) / NANOS_PER_MICRO;
      var at = clock.instant();
      pool.end(elapsed, now, at, outcome);
      connection.end(elapsed, now, at, outcome);
      if (capability != null) {
        capability.add(elapsed, outcome.isError(), at);
      }
      return now - began;
    }
  }

  /**
   * Counts calls that somebody made without the registry, as ended now; which capabilities they
   * used is not known. Calls in flight are {@link UsageReports}' part.
   */
  public void record(String connectionId, String pool, Usage usage) {
    long now = nanos.getAsLong();
    var at = clock.instant();
    pools.of(pool).record(usage, now, at);
    measured(connectionId).all.record(usage, now, at);
  }

  /** The whole registry's figures. */
  public Figures registry() {
    long now = nanos.getAsLong();
    return pools.all().values().stream()
        .map(pool -> pool.figures(now))
        .reduce(new Figures(before.now(), 0, 0, 0, 0), Figures::plus);
  }

  /** Calls that ended per second in the last minute, or since the start where that is less. */
  public double requestsPerSecond() {
    double running = (nanos.getAsLong() - since) / NANOS_PER_SECOND;
    return registry().requestsPerMinute() / Math.clamp(running, 1, MINUTE_SECONDS);
  }

  /** How long all calls of the registry took. */
  public LatencyCounts registryLatencies() {
    return pools.all().values().stream()
        .map(pool -> pool.totals().latencies())
        .reduce(before.latencies(), LatencyCounts::plus);
  }

  /** A connection's figures. */
  public Figures connection(String connectionId) {
    Measured measured = connections.get(connectionId);
    return measured == null ? Figures.NONE : measured.all.figures(nanos.getAsLong());
  }

  /** The figures of some connections together. */
  public Figures connections(Collection<String> connectionIds) {
    return connectionIds.stream().map(this::connection).reduce(Figures.NONE, Figures::plus);
  }

  /** How long the calls of some connections took. */
  public LatencyCounts latencies(Collection<String> connectionIds) {
    LatencyCounts sum = LatencyCounts.NONE;
    for (String id : connectionIds) {
      Measured measured = connections.get(id);
      sum = measured == null ? sum : sum.plus(measured.all.totals().latencies());
    }
    return sum;
  }

  /** Calls of a connection that are going on. */
  public int inFlight(String connectionId) {
    Measured measured = connections.get(connectionId);
    return measured == null ? 0 : measured.all.inFlight();
  }

  /**
   * How long the last call of a connection took, in ms, if it was answered, within the last {@code
   * span}; empty also when it failed.
   */
  public OptionalLong lastAnswer(String connectionId, Duration span) {
    Measured measured = connections.get(connectionId);
    return measured == null
        ? OptionalLong.empty()
        : measured.all.lastAnswer(nanos.getAsLong() - span.toNanos());
  }

  /** The sums of each capability of a connection that was called, by name. */
  public Map<String, CallTotals> capabilities(String connectionId) {
    Measured measured = connections.get(connectionId);
    Map<String, CallTotals> sums = new TreeMap<>();
    if (measured != null) {
      measured.byCapability.forEach((name, totals) -> sums.put(name, totals.now()));
    }
    return sums;
  }

  /** How long the calls of one capability of a connection took. */
  public LatencyCounts latencies(String connectionId, String capability) {
    Measured measured = connections.get(connectionId);
    Totals totals = measured == null ? null : measured.byCapability.get(capability);
    return totals == null ? LatencyCounts.NONE : totals.latencies();
  }

  /** What each pool counted since the start, by name; the ones beyond the bound as one. */
  public Map<String, PoolCounts> pools() {
    Map<String, PoolCounts> counts = new TreeMap<>();
    pools
        .all()
        .forEach((name, pool) ->
            counts.put(
                name,
                new PoolCounts(pool.totals().now(), pool.totals().latencies(), pool.inFlight())));
    return counts;
  }

  /** Drops a connection's figures; the registry's stay as they are. */
  public void forget(String connectionId) {
    Measured gone = connections.remove(connectionId);
    if (gone != null) {
      gone.release();
    }
  }

  /** Adds what was stored before the start. */
  void add(StoredTotals stored) {
    if (stored.connectionId().equals(StoredTotals.ALL)) {
      before.add(stored);
    } else {
      Measured measured = measured(stored.connectionId());
      boolean whole = stored.capability().equals(StoredTotals.ALL);
      (whole ? measured.all.totals() : measured.of(stored.capability())).add(stored);
    }
  }

  /** Totals that have changed since they were stored. */
  record Unsaved(String connectionId, String capability, Totals totals) {}

  /** What is to be stored, but for the whole registry's. */
  List<Unsaved> unsaved() {
    List<Unsaved> all = new ArrayList<>();
    connections.forEach((id, measured) -> {
      if (measured.all.totals().isUnsaved()) {
        all.add(new Unsaved(id, StoredTotals.ALL, measured.all.totals()));
      }
      measured.byCapability.forEach((name, totals) -> {
        if (totals.isUnsaved()) {
          all.add(new Unsaved(id, name, totals));
        }
      });
    });
    return all;
  }
}
