package io.bluefly.registry.metrics;

import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The figures of every call that the data plane forwards or that a client reports, per connection,
 * per capability of it, and for the whole registry. The registry's own probes and list reads are
 * never counted.
 */
public final class CallMetrics {
  /** Capabilities that are told apart per connection; calls of further names count as one. */
  static final int MAX_CAPABILITIES = 1_000;

  /** Where the calls of further names count. */
  static final String OTHERS = "(others)";

  private record Measured(Recorder all, Map<String, Recorder> byCapability) {
    Measured() {
      this(new Recorder(), new ConcurrentHashMap<>());
    }

    Recorder of(String capability) {
      Recorder known = byCapability.get(capability);
      if (known != null) {
        return known;
      }
      String name = byCapability.size() < MAX_CAPABILITIES ? capability : OTHERS;
      return byCapability.computeIfAbsent(name, _ -> new Recorder());
    }
  }

  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Recorder registry = new Recorder();
  private final Map<String, Measured> connections = new ConcurrentHashMap<>();

  /**
   * Measures latencies and windows by {@code nanos}, a monotonic clock such as {@link
   * System#nanoTime}; dates by {@code clock}.
   */
  public CallMetrics(InstantSource clock, LongSupplier nanos) {
    this.clock = clock;
    this.nanos = nanos;
  }

  /**
   * A call begins. Whoever begins must {@link Call#end}.
   *
   * @param capability the tool, prompt or resource that is asked for, or null for other requests
   */
  public Call begin(String connectionId, @Nullable String capability) {
    Measured measured = connections.computeIfAbsent(connectionId, _ -> new Measured());
    Call call = new Call(measured.all, capability == null ? null : measured.of(capability));
    registry.begin();
    call.connection.begin();
    if (call.capability != null) {
      call.capability.begin();
    }
    return call;
  }

  /** A call that is going on. */
  public final class Call {
    private final Recorder connection;
    private final @Nullable Recorder capability;
    private final long began = nanos.getAsLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    private Call(Recorder connection, @Nullable Recorder capability) {
      this.connection = connection;
      this.capability = capability;
    }

    /** The call has ended; only the first report counts. */
    public void end(Outcome outcome) {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      long now = nanos.getAsLong();
      var at = clock.instant();
      registry.end(began, now, at, outcome);
      connection.end(began, now, at, outcome);
      if (capability != null) {
        capability.end(began, now, at, outcome);
      }
    }
  }

  /**
   * Counts calls that somebody made without the registry, as ended now; which capabilities they
   * used is not known. Calls in flight are {@link UsageReports}' part.
   */
  public void record(String connectionId, Usage usage) {
    long now = nanos.getAsLong();
    var at = clock.instant();
    registry.record(usage, now, at);
    connections.computeIfAbsent(connectionId, _ -> new Measured()).all.record(usage, now, at);
  }

  /** The whole registry's figures. */
  public Figures registry() {
    return registry.figures(nanos.getAsLong());
  }

  /** A connection's figures. */
  public Figures connection(String connectionId) {
    Measured measured = connections.get(connectionId);
    return measured == null ? Figures.NONE : measured.all.figures(nanos.getAsLong());
  }

  /** Calls of a connection that are going on. */
  public int inFlight(String connectionId) {
    Measured measured = connections.get(connectionId);
    return measured == null ? 0 : measured.all.inFlight();
  }

  /** The figures of each capability of a connection that was called, by name. */
  public Map<String, Figures> capabilities(String connectionId) {
    Measured measured = connections.get(connectionId);
    Map<String, Figures> figures = new TreeMap<>();
    if (measured != null) {
      long now = nanos.getAsLong();
      measured.byCapability.forEach((name, recorder) -> figures.put(name, recorder.figures(now)));
    }
    return figures;
  }

  /** Drops a connection's figures; the registry's stay as they are. */
  public void forget(String connectionId) {
    connections.remove(connectionId);
  }
}
