package io.bluefly.registry.health;

import static org.awaitility.Awaitility.await;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.upstream.AnsweringServer;
import io.bluefly.registry.upstream.TestSettings;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A monitor in a time that the test moves. Its checks wait until the test lets them run. Servers
 * are opened once {@link #open} was called: all are one on a port of this machine.
 */
final class Supervised implements AutoCloseable {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final ManualClock clock = new ManualClock(START);
  final EventBus bus = new EventBus();
  final Connections connections = new Connections(new NoStore(), bus, clock);
  final CallMetrics metrics =
      new CallMetrics(clock, () -> Duration.between(START, clock.instant()).toNanos());

  /** Checks that were begun and have not been run. */
  final List<Runnable> begun = new CopyOnWriteArrayList<>();

  /** Requests that the server has got. */
  final AtomicInteger asked = new AtomicInteger();

  /** Whether the server leaves requests without an answer. */
  volatile boolean silent;

  private final Vertx vertx = Vertx.vertx();
  private final AnsweringServer server = new AnsweringServer(vertx, this::answer);
  final Upstreams upstreams =
      new Upstreams(
          vertx,
          bus,
          clock,
          new TestSettings(Duration.ofSeconds(20), 1_000),
          new Secrets(List.of(), _ -> null),
          ProcessRules.none(),
          new EgressGuard(new AddressRules(true, List.of())));
  final HealthMonitor monitor =
      new HealthMonitor(
          connections,
          upstreams,
          metrics,
          bus,
          new TestHealth(),
          clock,
          new SplittableRandom(1),
          begun::add);

  private @Nullable JsonObject answer(String method) {
    asked.incrementAndGet();
    return silent ? null : AnsweringServer.discovery(new JsonObject());
  }

  /** Has servers opened from now on. */
  void open() {
    upstreams.follow();
  }

  /** The defaults, checked each {@code interval} seconds. */
  static HealthCheck every(int interval) {
    return new HealthCheck(true, interval, 5_000, null, null, null, null, null);
  }

  Connection register(String name, HealthCheck check) {
    return connections.register(
        new Registration(
            name,
            ConnectionType.SERVER,
            Protocol.HTTP,
            new HttpEndpoint(server.url(), Map.of()),
            null,
            Map.of(),
            check,
            name,
            20,
            1,
            Instances.ONE));
  }

  /** One whose server has been opened. */
  Connection opened(String name) {
    Connection connection = register(name, every(30));
    await().until(() -> monitor.of(connection).status() == HealthStatus.HEALTHY);
    return connection;
  }

  /** Changes how a connection is checked. */
  void change(Connection connection, HealthCheck check) {
    connections.update(
        connection.id(),
        r ->
            new Registration(
                r.name(),
                r.type(),
                r.protocol(),
                r.endpoint(),
                r.capabilities(),
                r.metadata(),
                check,
                r.pool(),
                r.capacity(),
                r.weight(),
                r.instances()),
        null);
  }

  /** A client's call that takes so long. */
  void call(Connection connection, Duration time, Outcome outcome) {
    CallMetrics.Call call = metrics.begin(connection.id(), connection.name(), null);
    clock.advance(time);
    call.end(outcome);
  }

  /** Moves the time, and has the monitor look what is due. */
  void pass(Duration time) {
    clock.advance(time);
    monitor.tick();
  }

  /** Moves the time in steps of a tenth of a second; how many checks each of them began. */
  List<Integer> passSlowly(Duration time) {
    List<Integer> counts = new CopyOnWriteArrayList<>();
    for (long step = 0; step < time.toMillis() / 100; step++) {
      int before = begun.size();
      pass(Duration.ofMillis(100));
      counts.add(begun.size() - before);
    }
    return counts;
  }

  /** Lets those checks run that have begun; how many they were. */
  int finish() {
    List<Runnable> now = List.copyOf(begun);
    begun.clear();
    now.forEach(Runnable::run);
    return now.size();
  }

  @Override
  public void close() {
    upstreams.drain(Duration.ZERO);
    upstreams.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
