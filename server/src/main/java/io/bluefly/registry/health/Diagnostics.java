package io.bluefly.registry.health;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.upstream.HandshakePhase;
import io.bluefly.registry.upstream.HttpTiming;
import io.bluefly.registry.upstream.InstanceState;
import io.bluefly.registry.upstream.ServerInfo;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks closely at a connection: what its processes use and what they are doing. */
public final class Diagnostics {
  private static final long MIB = 1024 * 1024;
  private static final double PERCENT = 100;
  private static final double MILLIS = 1_000;

  private record Sample(Instant at, Duration cpu) {}

  /**
   * What was seen. Fields of processes are null for connections without one.
   *
   * @param processRunning whether a child runs
   * @param processes how many the children and their descendants are
   * @param memoryUsage their resident memory, such as {@code 45MB}
   * @param cpuUsage percent of one core since the look before, or since the child's start
   * @param activeRequests calls in flight
   * @param processTree each of them, parents first
   * @param instances how each instance was opened, and how often
   * @param http how far the last request of the registry's own came, of HTTP servers
   */
  public record Findings(
      @Nullable Boolean processRunning,
      @Nullable Integer processes,
      @Nullable String memoryUsage,
      @Nullable Double cpuUsage,
      int activeRequests,
      @Nullable List<Member> processTree,
      List<Opened> instances,
      @Nullable HttpTiming http) {}

  /**
   * A process of a connection.
   *
   * @param parent whose child it is
   * @param cpuTime that it has used, in s
   * @param descriptors files and sockets that it has open
   * @param uptime in s
   */
  public record Member(
      long pid,
      @Nullable Long parent,
      String command,
      String memoryUsage,
      double cpuTime,
      @Nullable Long descriptors,
      @Nullable Long uptime) {}

  /**
   * How an instance was opened.
   *
   * @param restarts how often it was opened after the first time
   * @param handshake the steps of its last opening
   * @param stderr the last lines of its error stream
   */
  public record Opened(
      @Nullable Long pid,
      int restarts,
      @Nullable List<HandshakePhase> handshake,
      @Nullable List<String> stderr) {
    static Opened of(InstanceState state) {
      ServerInfo server = state.server();
      return new Opened(
          state.pid(),
          state.restarts(),
          server == null ? null : server.phases(),
          state.stderr().isEmpty() ? null : state.stderr());
    }
  }

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
    Optional<Upstream> upstream = upstreams.find(connection.id());
    List<Opened> instances =
        upstream.map(open -> open.states().stream().map(Opened::of).toList()).orElse(List.of());
    HttpTiming http = upstream.flatMap(Upstream::timing).orElse(null);
    if (!(connection.registration().endpoint() instanceof StdioEndpoint)
        || !connection.isServer()) {
      return new Findings(null, null, null, null, active, null, instances, http);
    }
    List<ProcessUsage> family =
        ProcessUsage.of(upstream.map(Upstream::processes).orElse(Stream.empty()));
    return new Findings(
        !family.isEmpty(),
        family.size(),
        megabytes(ProcessUsage.residentBytes(family)),
        cpuUsage(connection, ProcessUsage.cpu(family)),
        active,
        family.stream().map(this::member).toList(),
        instances,
        null);
  }

  private static String megabytes(long bytes) {
    return Math.round((double) bytes / MIB) + "MB";
  }

  private Member member(ProcessUsage process) {
    Instant started = process.startedAt();
    return new Member(
        process.pid(),
        process.parent(),
        process.command(),
        megabytes(process.residentBytes()),
        process.cpu().toMillis() / MILLIS,
        process.descriptors(),
        started == null
            ? null
            : Math.max(0, Duration.between(started, clock.instant()).toSeconds()));
  }

  private double cpuUsage(Connection connection, Duration cpu) {
    Instant now = clock.instant();
    Sample before = samples.put(connection.id(), new Sample(now, cpu));
    Instant since = upstreams.find(connection.id()).flatMap(Upstream::openSince).orElse(now);
    boolean comparable =
        before != null && !before.at.isBefore(since) && before.cpu.compareTo(cpu) <= 0;
    Duration used = comparable ? cpu.minus(before.cpu) : cpu;
    long elapsed = Duration.between(comparable ? before.at : since, now).toMillis();
    return elapsed <= 0 ? 0 : Math.round(used.toMillis() * PERCENT / elapsed * 10) / 10.0;
  }
}
