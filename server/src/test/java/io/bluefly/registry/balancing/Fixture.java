package io.bluefly.registry.balancing;

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
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.health.TestEjection;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.upstream.FakeServers;
import io.bluefly.registry.upstream.Instance;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A balancer over servers that are only played. */
final class Fixture {
  static final Duration TO_OPEN = Duration.ofSeconds(15);
  static final Duration FOR_ROOM = Duration.ofSeconds(30);
  static final int MAX_QUEUE = 3;

  final FakeServers servers = new FakeServers();
  final ManualClock clock = servers.clock;
  final EventBus bus = new EventBus();
  final Connections connections = new Connections(new NoStore(), bus, clock);
  final Pools pools = new Pools(new NoPools());
  final Map<String, Integer> reported = new HashMap<>();
  final List<EjectionEvent> ejections = new ArrayList<>();
  private final Map<String, List<Instance>> instances = new HashMap<>();
  final Balancer balancer =
      new Balancer(
          connections,
          id -> instances.getOrDefault(id, List.of()),
          pools,
          id -> reported.getOrDefault(id, 0),
          TestEjection.DEFAULT,
          new Patience(TO_OPEN, FOR_ROOM, MAX_QUEUE),
          bus,
          clock,
          this::nanos);

  Fixture() {
    bus.subscribe(EjectionEvent.class, ejections::add);
  }

  long nanos() {
    return Duration.between(Instant.EPOCH, clock.instant()).toNanos();
  }

  /** A server of pool "p" with one open instance, which is up for long. */
  Connection add(String name, int capacity, int weight) {
    Connection connection = register(name, capacity, weight);
    open(connection, 1);
    pass(Duration.ofSeconds(20));
    return connection;
  }

  Connection add(String name) {
    return add(name, 20, 1);
  }

  /** A server without an instance that is open. */
  Connection register(String name, int capacity, int weight) {
    Registration registration =
        new Registration(
            name,
            ConnectionType.SERVER,
            Protocol.HTTP,
            new HttpEndpoint(URI.create("http://localhost:1/mcp"), Map.of()),
            null,
            Map.of(),
            HealthCheck.DEFAULT,
            "p",
            capacity,
            weight,
            Instances.ONE);
    return connections.register(registration);
  }

  /** Gives a connection so many open instances. */
  void open(Connection connection, int count) {
    List<Instance> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(servers.opened());
    }
    instances(connection, all);
    for (Instance instance : all) {
      bus.publish(
          new UpstreamEvent.Opened(
              connection.id(), Objects.requireNonNull(instance.session()), 1, clock.instant()));
    }
  }

  void instances(Connection connection, List<Instance> all) {
    instances.put(connection.id(), List.copyOf(all));
    bus.publish(new UpstreamEvent.InstancesChanged(connection.id(), clock.instant()));
  }

  /** The server of a connection's only instance goes away, and does not come back by itself. */
  void crash(Connection connection) {
    servers.refuse = true;
    Instance gone = member(connection).instance();
    servers.started.stream()
        .filter(server -> server.session.equals(gone.session()))
        .findFirst()
        .orElseThrow()
        .end();
    bus.publish(new UpstreamEvent.InstancesChanged(connection.id(), clock.instant()));
  }

  void pass(Duration time) {
    clock.advance(time);
    balancer.tick();
  }

  void settings(StrategyName strategy) {
    settings(PoolSettings.DEFAULT.with(strategy));
  }

  void settings(PoolSettings settings) {
    pools.change("p", _ -> settings);
  }

  Member member(Connection connection) {
    return balancer.members().of(connection.id())[0];
  }

  /** The ids of all that were added, by registration. */
  List<String> all() {
    return connections.all().stream().map(Connection::id).toList();
  }

  Asking ask() {
    return ask("", null);
  }

  Asking ask(String tool, @Nullable String key) {
    return ask(all(), tool, key, Set.of());
  }

  /** A call that only this server may have. */
  Asking askOnly(Connection connection) {
    return ask(List.of(connection.id()), "", null, Set.of());
  }

  Asking ask(List<String> ids, String tool, @Nullable String key, Set<String> bound) {
    Asking asking = new Asking();
    asking.search = balancer.search("p", ids, tool, _ -> key, bound, asking);
    asking.search.begin();
    return asking;
  }

  /** A call, and what came of its search. */
  static final class Asking implements Search.Owner {
    private @Nullable Search search;
    private @Nullable Lease lease;
    private @Nullable Refusal refusal;

    @Override
    public void found(Lease found) {
      lease = found;
    }

    @Override
    public void refused(Refusal why) {
      refusal = why;
    }

    Search search() {
      return Objects.requireNonNull(search);
    }

    boolean waits() {
      return lease == null && refusal == null;
    }

    Lease lease() {
      return Objects.requireNonNull(lease, () -> "refused: " + refusal);
    }

    Refusal refusal() {
      return Objects.requireNonNull(refusal);
    }

    String name() {
      return lease().connection().name();
    }

    /** Looks for another instance after a failure. */
    boolean again() {
      Lease failed = lease();
      lease = null;
      return search().again(failed);
    }
  }
}
