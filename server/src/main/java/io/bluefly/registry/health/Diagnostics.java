package io.bluefly.registry.health;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks closely at a connection: what its processes use and what they are doing. */
public final class Diagnostics {
  private static final long MIB = 1024 * 1024;
  private static final double PERCENT = 100;

  private record Sample(Instant at, Duration cpu) {}

  /**
   * What was seen. Fields of processes are null for connections without one.
   *
   * @param processRunning whether a child runs
   * @param processes the child and its descendants
   * @param memoryUsage their resident memory, such as {@code 45MB}
   * @param cpuUsage percent of one core since the look before, or since the child's start
   * @param activeRequests calls in flight
   */
  public record Findings(
      @Nullable Boolean processRunning,
      @Nullable Integer processes,
      @Nullable String memoryUsage,
      @Nullable Double cpuUsage,
      int activeRequests) {}

  private final Upstreams upstreams;
  private final CallMetrics metrics;
  private final InstantSource clock;
  private final Map<String, Sample> samples = new ConcurrentHashMap<>();

  /** Looks at what {@code upstreams} runs and {@code metrics} counts. */
  public Diagnostics(Upstreams upstreams, CallMetrics metrics, EventBus bus, InstantSource clock) {
    this.upstreams = upstreams;
    this.metrics = metrics;
    this.clock = clock;
    bus.subscribe(
        ConnectionEvent.Disconnected.class, event -> samples.remove(event.connectionId()));
  }

  /** Looks at a connection now. */
  public Findings of(Connection connection) {
    int active = metrics.inFlight(connection.id());
    if (!(connection.registration().endpoint() instanceof StdioEndpoint)
        || !connection.isServer()) {
      return new Findings(null, null, null, null, active);
    }
    Stream<ProcessHandle> children =
        upstreams.find(connection.id()).map(Upstream::processes).orElse(Stream.empty());
    ProcessUsage usage = ProcessUsage.of(children);
    return new Findings(
        usage.processes() > 0,
        usage.processes(),
        Math.round((double) usage.residentBytes() / MIB) + "MB",
        cpuUsage(connection, usage),
        active);
  }

  private double cpuUsage(Connection connection, ProcessUsage usage) {
    Instant now = clock.instant();
    Sample before = samples.put(connection.id(), new Sample(now, usage.cpu()));
    Instant since = upstreams.find(connection.id()).flatMap(Upstream::openSince).orElse(now);
    boolean comparable =
        before != null && !before.at.isBefore(since) && before.cpu.compareTo(usage.cpu()) <= 0;
    Duration used = comparable ? usage.cpu().minus(before.cpu) : usage.cpu();
    long elapsed = Duration.between(comparable ? before.at : since, now).toMillis();
    return elapsed <= 0 ? 0 : Math.round(used.toMillis() * PERCENT / elapsed * 10) / 10.0;
  }
}
