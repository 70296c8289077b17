package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.health.EjectionSettings;
import io.bluefly.registry.health.Standing;
import io.bluefly.registry.upstream.UnopenedInstances;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Picking one of many members, as each call at a pool does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-Xmx256m"})
public class PickBenchmark {
  private static final int BUSY_CALLS = 7;

  /** How many there are. */
  @Param({"2", "16", "1000"})
  public int members = 2;

  /** How it is picked. */
  @Param public StrategyName strategy = StrategyName.LEAST_LOADED;

  private record Ejecting(
      int consecutiveFailures,
      Duration interval,
      int minimumCalls,
      double errorMargin,
      double latencyFactor,
      Duration latencyMargin,
      Duration baseTime,
      Duration maxTime,
      double maxShare)
      implements EjectionSettings {
    static final Ejecting NEVER =
        new Ejecting(
            0,
            Duration.ofSeconds(10),
            0,
            1,
            1,
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            0);
  }

  private record OneCall(String tool, long stickyKey, long nanos) implements Call {}

  private Member[] all = {};
  private Strategy picking = new LeastLoaded();
  private Call call = new OneCall("", 0, 0);

  /** Before a trial. */
  @Setup
  public void prepare() {
    long now = System.nanoTime();
    all = new Member[members];
    for (int i = 0; i < members; i++) {
      Standing standing = new Standing(InstantSource.system(), Ejecting.NEVER);
      all[i] = new Member(connection(i), UnopenedInstances.make(), 1, standing, _ -> 0, now);
      for (int calls = 0; calls < i % BUSY_CALLS; calls++) {
        all[i].tryBegin(now);
      }
      all[i].latencies().record("echo", now, TimeUnit.MILLISECONDS.toNanos(1 + i % BUSY_CALLS));
    }
    picking = Strategy.of(PoolSettings.DEFAULT.with(strategy));
    call = new OneCall("echo", Sticky.hash("a client's session"), now);
  }

  private static Connection connection(int number) {
    Registration registration =
        new Registration(
            "server-" + number,
            ConnectionType.SERVER,
            Protocol.HTTP,
            new HttpEndpoint(URI.create("http://127.0.0.1:1/mcp"), Map.of()),
            null,
            Map.of(),
            HealthCheck.DEFAULT,
            "pool",
            Registration.DEFAULT_CAPACITY,
            1,
            Instances.ONE);
    return new Connection(
        "mcp-conn-" + number,
        registration,
        ConnectionStatus.ACTIVE,
        Instant.EPOCH,
        Instant.EPOCH,
        null);
  }

  /** Picks one. */
  @Benchmark
  public @Nullable Object pick() {
    return picking.pick(all, Member::hasRoom, call);
  }
}
