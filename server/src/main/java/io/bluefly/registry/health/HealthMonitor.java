package io.bluefly.registry.health;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Figures;
import io.bluefly.registry.upstream.FailureReason;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Knows how every connection is: checks each enabled one at its interval, hears of upstreams that
 * open or go down, and moves connections to and from {@code error}.
 */
public final class HealthMonitor {
  /** Probes that may wait for their answers at once. */
  private static final int CONCURRENT_PROBES = 256;

  /** How often it is looked for who has stopped to flap. */
  private static final Duration QUIET_PERIOD = Duration.ofSeconds(1);

  private final Connections connections;
  private final Upstreams upstreams;
  private final CallMetrics metrics;
  private final EventBus bus;
  private final HealthSettings settings;
  private final InstantSource clock;
  private final Executor executor;
  private final Schedule schedule;
  private final Semaphore probes = new Semaphore(CONCURRENT_PROBES);
  private final Map<String, Health> states = new ConcurrentHashMap<>();

  /** Connections whose check waits for its answer. */
  private final Set<String> checking = ConcurrentHashMap.newKeySet();

  /** Connections that flap, which time alone may end. */
  private final Set<String> flapping = ConcurrentHashMap.newKeySet();

  /** When those that flap are looked at again; only {@link #tick} knows. */
  private Instant nextQuiet = Instant.MIN;

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
      CallMetrics metrics,
      EventBus bus,
      HealthSettings settings,
      InstantSource clock,
      RandomGenerator random,
      Executor executor) {
    this.connections = connections;
    this.upstreams = upstreams;
    this.metrics = metrics;
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
    bus.subscribe(UpstreamEvent.Refused.class, e -> callsRefused(e.connectionId()));
    bus.subscribe(EjectionEvent.class, this::ejectionChanged);
  }

  /** It may be this call's tool alone that wants other credentials: a check tells. */
  private void callsRefused(String connectionId) {
    Health known = states.get(connectionId);
    if (known == null || known.status() != HealthStatus.UNHEALTHY) {
      schedule.soon(connectionId, clock.instant());
    }
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
      case ConnectionEvent.Disconnected gone -> {
        schedule.remove(gone.connectionId());
        flapping.remove(gone.connectionId());
      }
      case ConnectionEvent.Purged gone -> {
        states.remove(gone.connectionId());
        flapping.remove(gone.connectionId());
        ejected.remove(gone.connectionId());
      }
      case ConnectionEvent.StatusChanged _ -> {}
    }
  }

  private void watch(Connection connection) {
    states.putIfAbsent(connection.id(), Health.initializing(connection.createdAt()));
    HealthCheck check = connection.registration().healthCheck();
    if (connection.isServer()) { // Also where it is not probed: its calls are heard.
      schedule.put(connection.id(), Duration.ofSeconds(check.interval()), clock.instant());
    } else {
      schedule.remove(connection.id());
    }
  }

  private Health take(String connectionId, Evidence evidence) {
    Instant now = clock.instant();
    HealthStatus[] before = {HealthStatus.INITIALIZING};
    Limits limits = limits(connectionId);
    Health health =
        states.compute(
            connectionId,
            (id, known) -> {
              Health state = known == null ? Health.initializing(now) : known;
              before[0] = state.status();
              return state.with(evidence, limits, now);
            });
    if (health.status() != before[0]) {
      bus.publish(new HealthEvent.Changed(connectionId, before[0], health, now));
    }
    if (health.flapping().now()) {
      flapping.add(connectionId);
    } else {
      flapping.remove(connectionId);
    }
    if (health.status() != before[0] || evidence.isResult()) {
      bus.publish(new HealthEvent.Heard(connectionId, before[0], health, evidence.cause(), now));
    }
    report(connectionId, health);
    return health;
  }

  private Limits limits(String connectionId) {
    HealthCheck own =
        connections
            .find(connectionId)
            .map(found -> found.registration().healthCheck())
            .orElse(HealthCheck.DEFAULT);
    return Limits.of(settings, own);
  }

  /** How a connection is. */
  public Health of(Connection connection) {
    Health health = states.get(connection.id());
    return health == null ? Health.initializing(connection.createdAt()) : health;
  }

  /** Starts the checks that are due; called again and again. */
  public void tick() {
    Instant now = clock.instant();
    if (!now.isBefore(nextQuiet)) {
      nextQuiet = now.plus(QUIET_PERIOD);
      flapping.forEach(id -> take(id, new Evidence.Quiet()));
    }
    for (String connectionId : schedule.due(now)) {
      hearCalls(connectionId);
      // A check that still waits for its answer will have a result of its own.
      if (isChecked(connectionId) && !isServing(connectionId) && checking.add(connectionId)) {
        start(connectionId, now);
      }
    }
  }

  private void start(String connectionId, Instant now) {
    if (!probes.tryAcquire()) {
      checking.remove(connectionId);
      schedule.soon(connectionId, now);
      return;
    }
    executor.execute(() -> {
      try {
        connections.find(connectionId).ifPresent(this::check);
      } finally {
        checking.remove(connectionId);
        probes.release();
      }
    });
  }

  private boolean isChecked(String connectionId) {
    return connections
        .find(connectionId)
        .filter(found -> found.registration().healthCheck().enabled())
        .isPresent();
  }

  private void hearCalls(String connectionId) {
    Figures figures = metrics.connection(connectionId);
    Health known = states.get(connectionId);
    if (figures.recentRequests() > 0 || (known != null && known.erring() != null)) {
      take(connectionId, new Evidence.Calls(figures.recentRequests(), figures.recentErrorRate()));
    }
  }

  /** Whether a client's call has just been answered in time, which says all that a probe would. */
  private boolean isServing(String connectionId) {
    OptionalLong answer =
        connections
            .find(connectionId)
            .map(found -> Duration.ofSeconds(found.registration().healthCheck().interval()))
            .map(interval -> metrics.lastAnswer(connectionId, interval))
            .orElse(OptionalLong.empty());
    // A call that took long may have had much to do.
    if (answer.isEmpty() || answer.getAsLong() > limits(connectionId).slowAfter().toMillis()) {
      return false;
    }
    take(connectionId, new Evidence.Served(answer.getAsLong()));
    return true;
  }

  /**
   * What a check found.
   *
   * @param health how the connection is now
   * @param evidence what the check adds to that; null when there was nobody to ask
   */
  public record Checked(Health health, @Nullable Evidence evidence) {}

  /**
   * Checks a connection now, with the time-out that it is registered with, waits for the answer,
   * and takes it into account.
   */
  public Checked check(Connection connection) {
    return check(connection, Duration.ofMillis(connection.registration().healthCheck().timeout()));
  }

  /** The same with another time-out. */
  public Checked check(Connection connection, Duration timeout) {
    Upstream upstream =
        connection.isDisconnected() ? null : upstreams.find(connection.id()).orElse(null);
    if (upstream == null || upstream.isAsleep()) {
      return new Checked(of(connection), null); // A check is no call: it wakes nobody.
    }
    Evidence evidence = Probe.of(upstream, timeout);
    return evidence == null || isImpatience(connection, evidence, timeout)
        ? new Checked(of(connection), evidence)
        : new Checked(heed(connection, upstream, evidence), evidence);
  }

  /** Who waits for less than the server is given says nothing of the server. */
  private static boolean isImpatience(Connection connection, Evidence evidence, Duration timeout) {
    return evidence instanceof Evidence.Unanswered unanswered
        && unanswered.reason() == FailureReason.TIMEOUT
        && timeout.toMillis() < connection.registration().healthCheck().timeout();
  }

  private Health heed(Connection connection, Upstream upstream, Evidence evidence) {
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
