package io.bluefly.registry.api;

import io.bluefly.registry.balancing.PoolStates;
import io.bluefly.registry.balancing.PoolStates.State;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.ConnectionCounts;
import io.bluefly.registry.metrics.PoolCounts;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The page that Prometheus reads, in its text format 0.0.4; docs/metrics.md lists what is on it.
 * All of it is asked for when the page is: calls do nothing for it. Counts begin with the start of
 * the process, as Prometheus expects it.
 */
public final class MetricsPage {
  /**
   * Bounds in s: those that OpenTelemetry's conventions for MCP give, and three for quick tools.
   */
  private static final List<Double> BOUNDS =
      List.of(
          0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0,
          120.0, 300.0);

  private static final double MICROS_PER_SECOND = 1e6;
  private static final String OTHER = "other";

  private final CallMetrics metrics;
  private final Supplier<ConnectionCounts> connections;
  private final PoolStates states;
  private final IntSupplier processes;
  private final LongSupplier ejections;
  private final String version;

  /**
   * Shows what these know.
   *
   * @param processes child processes that run
   * @param ejections ejections since the start
   * @param version the registry's
   */
  public MetricsPage(
      CallMetrics metrics,
      Supplier<ConnectionCounts> connections,
      PoolStates states,
      IntSupplier processes,
      LongSupplier ejections,
      String version) {
    this.metrics = metrics;
    this.connections = connections;
    this.states = states;
    this.processes = processes;
    this.ejections = ejections;
    this.version = version;
  }

  /** The page as it is now. */
  Reply.Text now() {
    List<MetricSnapshot> families = new ArrayList<>();
    families.add(Families.info("mcp_registry_build", "The version that runs.", version));
    addConnections(families);
    addCalls(families, metrics.pools());
    addStates(families);
    families.add(
        Families.counter(
            "mcp_registry_ejections",
            "Instances taken out of the rotation for what their calls came to.",
            (double) ejections.getAsLong()));
    families.add(
        Families.gauge(
            "mcp_registry_child_processes", "Child processes that run.", processes.getAsInt()));
    families.addAll(JvmFamilies.now());
    return new Reply.Text(PrometheusTextFormatWriter.CONTENT_TYPE, text(families));
  }

  private static String text(List<MetricSnapshot> families) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      PrometheusTextFormatWriter.create().write(out, new MetricSnapshots(families));
      return out.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addConnections(List<MetricSnapshot> families) {
    ConnectionCounts counts = connections.get();
    families.add(
        Families.gauges(
            "mcp_registry_connections",
            "Connections by status; the disconnected are tombstones.",
            "status",
            counts.byStatus(),
            Integer::doubleValue));
    families.add(
        Families.gauges(
            "mcp_registry_connections_health",
            "Connections that are not disconnected, by health.",
            "health",
            counts.byHealth(),
            Integer::doubleValue));
  }

  private static void addCalls(List<MetricSnapshot> families, Map<String, PoolCounts> pools) {
    families.add(
        Families.counters(
            "mcp_registry_calls",
            "Calls that ended, by the pool of the server.",
            "pool",
            pools,
            pool -> pool.calls().requests()));
    families.add(
        Families.counters(
            "mcp_registry_call_errors",
            "Calls that ended in an error.",
            "pool",
            pools,
            pool -> pool.calls().errors()));
    families.add(
        Families.gauges(
            "mcp_registry_calls_in_flight",
            "Calls that are going on.",
            "pool",
            pools,
            PoolCounts::inFlight));
    HistogramSnapshot.Builder durations =
        HistogramSnapshot.builder()
            .name("mcp_registry_call_duration_seconds")
            .help("How long calls took.");
    pools.forEach((pool, counts) -> durations.dataPoint(durations(pool, counts)));
    families.add(durations.build());
  }

  private static HistogramDataPointSnapshot durations(String pool, PoolCounts counts) {
    List<Double> bounds = new ArrayList<>(BOUNDS);
    bounds.add(Double.POSITIVE_INFINITY);
    HistogramDataPointSnapshot.Builder point = HistogramDataPointSnapshot.builder();
    point.labels(Labels.of("pool", pool));
    point.sum(counts.calls().micros() / MICROS_PER_SECOND);
    return point
        .classicHistogramBuckets(
            ClassicHistogramBuckets.of(bounds, counts.latencies().between(BOUNDS)))
        .build();
  }

  private void addStates(List<MetricSnapshot> families) {
    Map<String, State> byPool = new TreeMap<>();
    Map<String, PoolCounts> known = metrics.pools();
    states
        .now()
        .forEach((pool, state) -> {
          if (known.containsKey(pool) || state.waiting() + state.ejected() > 0) {
            byPool.merge(known.containsKey(pool) ? pool : OTHER, state, State::plus);
          }
        });
    addState(families, "waiting", "Calls that wait for a server.", byPool, State::waiting);
    addState(families, "ejected", "Instances that are ejected now.", byPool, State::ejected);
    addState(families, "capacity", "Calls that open instances take.", byPool, State::capacity);
  }

  private static void addState(
      List<MetricSnapshot> families,
      String name,
      String help,
      Map<String, State> byPool,
      ToDoubleFunction<State> value) {
    families.add(Families.gauges("mcp_registry_pool_" + name, help, "pool", byPool, value));
  }
}
