package io.bluefly.registry.health;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;

/**
 * Knows how every connection is: checks each enabled one at its interval, hears of upstreams that
 * open or go down, and moves connections to and from {@code error}.
 */
public final class HealthMonitor {
  /** Probes that may wait for their answers at once. */
  private static final int CONCURRENT_PROBES = 256;

  private final Connections connections;
  private final Upstreams upstreams;
  private final EventBus bus;
  private final HealthSettings settings;
  private final InstantSource clock;
  private final Executor executor;
  private final Schedule schedule;
  private final Semaphore probes = new Semaphore(CONCURRENT_PROBES);
  private final Map<String, Health> states = new ConcurrentHashMap<>();

  /** Connections whose instances are all ejected. */
  private final Set<String> ejected = ConcurrentHashMap.newKeySet();

  /**
   * Subscribes to what happens; {@link #tick} makes it check.
   *
   * @param executor runs probes, on threads that may wait
   */
  public HealthMonitor(
      Connections connections,
      Upstreams upstreams,
      EventBus bus,
      HealthSettings settings,
      InstantSource clock,
      RandomGenerator random,
      Executor executor) {
    this.connections = connections;
    this.upstreams = upstreams;
    this.bus = bus;
    this.settings = settings;
    this.clock = clock;
    this.executor = executor;
    this.schedule = new Schedule(random);
    bus.subscribe(ConnectionEvent.class, this::connectionChanged);
    bus.subscribe(
        UpstreamEvent.Opened.class, e -> take(e.connectionId(), new Evidence.Opened(e.millis())));
    bus.subscribe(
        UpstreamEvent.Down.class,
        e -> take(e.connectionId(), new Evidence.Down(e.reason(), e.message())));
    bus.subscribe(EjectionEvent.class, this::ejectionChanged);
  }

  private void ejectionChanged(EjectionEvent event) {
    switch (event) {
      case EjectionEvent.Ejected gone -> {
        if (gone.whole()) {
          ejected.add(gone.connectionId());
        }
      }
      case EjectionEvent.Returned back -> ejected.remove(back.connectionId());
    }
    Health health = states.get(event.connectionId());
    if (health != null) {
      report(event.connectionId(), health);
    }
  }

  private void report(String connectionId, Health health) {
    connections.reportUsable(
        connectionId, health.status() != HealthStatus.UNHEALTHY && !ejected.contains(connectionId));
  }

  private void connectionChanged(ConnectionEvent event) {
    switch (event) {
      case ConnectionEvent.Registered registered -> watch(registered.connection());
      case ConnectionEvent.Updated updated -> {
        if (updated.reopen()) {
          states.put(updated.connectionId(), Health.initializing(clock.instant()));
          ejected.remove(updated.connectionId());
        }
        HealthCheck before = updated.before().registration().healthCheck();
        if (!before.equals(updated.connection().registration().healthCheck())) {
          watch(updated.connection());
        }
      }
      case ConnectionEvent.Disconnected gone -> schedule.remove(gone.connectionId());
      case ConnectionEvent.Purged gone -> {
        states.remove(gone.connectionId());
        ejected.remove(gone.connectionId());
      }
      case ConnectionEvent.StatusChanged _ -> {}
    }
  }

  private void watch(Connection connection) {
    states.putIfAbsent(connection.id(), Health.initializing(connection.createdAt()));
    HealthCheck check = connection.registration().healthCheck();
    if (connection.isServer() && check.enabled()) {
      schedule.put(connection.id(), Duration.ofSeconds(check.interval()), clock.instant());
    } else {
      schedule.remove(connection.id());
    }
  }

  private Health take(String connectionId, Evidence evidence) {
    Instant now = clock.instant();
    HealthStatus[] before = {HealthStatus.INITIALIZING};
    Health health =
        states.compute(
            connectionId,
            (id, known) -> {
              Health state = known == null ? Health.initializing(now) : known;
              before[0] = state.status();
              return state.with(evidence, settings, now);
            });
    if (health.status() != before[0]) {
      bus.publish(new HealthEvent.Changed(connectionId, before[0], health, now));
    }
    report(connectionId, health);
    return health;
  }

  /** How a connection is. */
  public Health of(Connection connection) {
    Health health = states.get(connection.id());
    return health == null ? Health.initializing(connection.createdAt()) : health;
  }

  /** Starts the checks that are due; called again and again. */
  public void tick() {
    for (String connectionId : schedule.due(clock.instant())) {
      if (probes.tryAcquire()) {
        executor.execute(() -> {
          try {
            connections.find(connectionId).ifPresent(this::probe);
          } finally {
            probes.release();
          }
        });
      }
    }
  }

  /** Checks a connection now, waits for the answer, and takes it into account. */
  public Health check(Connection connection) {
    return probe(connection);
  }

  private Health probe(Connection connection) {
    if (connection.isDisconnected()) {
      return of(connection);
    }
    Duration timeout = Duration.ofMillis(connection.registration().healthCheck().timeout());
    return upstreams
        .find(connection.id())
        .map(upstream -> probe(connection, upstream, timeout))
        .orElseGet(() -> of(connection));
  }

  private Health probe(Connection connection, Upstream upstream, Duration timeout) {
    if (upstream.isAsleep()) {
      return of(connection); // A check is no call: it wakes nobody.
    }
    Evidence evidence = Probe.of(upstream, timeout);
    Health health = take(connection.id(), evidence);
    boolean hung =
        evidence instanceof Evidence.Unanswered unanswered
            && unanswered.reason() == FailureReason.TIMEOUT
            && health.status() == HealthStatus.UNHEALTHY;
    if (hung) {
      upstream.restartIfUnused();
    }
    return health;
  }
}
