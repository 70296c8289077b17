package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timer;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upstreams of all connections: opens one for each registered server, again when its endpoint
 * changes, and closes it when the connection goes.
 */
public final class Upstreams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Upstreams.class);
  private static final int CONNECT_TIMEOUT_MS = 5_000;
  private static final int MAX_CONNECTIONS_PER_HOST = 4_096;

  /** Node's servers and uvicorn close a connection after 5 s without a request. */
  private static final int KEEP_ALIVE_SECONDS = 4;

  /** How often it is looked for what is idle, old or recovered. */
  private static final int LOOK_SECONDS = 1;

  private final EventBus bus;
  private final InstantSource clock;
  private final UpstreamSettings settings;
  private final ProcessWarden warden = new ProcessWarden();
  private final HashedWheelTimer timers =
      new HashedWheelTimer(
          Thread.ofPlatform().daemon().name("upstream-timers").factory(),
          20,
          TimeUnit.MILLISECONDS);
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("upstream-", 0).factory());
  private final HttpClient http;

  /** For what stays open: it must not take the connections of calls. */
  private final HttpClient streams;

  private final Opener opener;
  private final Backoff backoff;
  private final Map<String, Upstream> upstreams = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Void>> closing = new ConcurrentHashMap<>();

  /** Those to look at: processes, and who is in a crash loop. The others may be many. */
  private final Set<Upstream> watched = ConcurrentHashMap.newKeySet();

  /** Opens nothing yet; {@link #follow} begins. */
  public Upstreams(
      Vertx vertx,
      EventBus bus,
      InstantSource clock,
      UpstreamSettings settings,
      Secrets secrets,
      ProcessRules processes,
      EgressGuard guard) {
    this.bus = bus;
    this.clock = clock;
    this.settings = settings;
    this.backoff = new Backoff(settings.restartDelay(), settings.maxRestartDelay());
    this.http = httpClient(vertx);
    this.streams = httpClient(vertx);
    this.opener =
        new Opener(
            secrets,
            guard,
            warden,
            processes,
            settings,
            http,
            streams,
            vertx.createNetClient(HttpWires.options()),
            timers,
            clock);
  }

  private static HttpClient httpClient(Vertx vertx) {
    return vertx.createHttpClient(
        new HttpClientOptions()
            .setConnectTimeout(CONNECT_TIMEOUT_MS)
            .setKeepAliveTimeout(KEEP_ALIVE_SECONDS),
        new PoolOptions().setHttp1MaxSize(MAX_CONNECTIONS_PER_HOST));
  }

  /** Follows what happens to connections from now on. */
  public void follow() {
    bus.subscribe(ConnectionEvent.class, this::connectionChanged);
    bus.subscribe(
        UpstreamEvent.CrashLoop.class, e -> find(e.connectionId()).ifPresent(watched::add));
    look();
  }

  private void connectionChanged(ConnectionEvent event) {
    switch (event) {
      case ConnectionEvent.Registered registered -> open(registered.connection());
      case ConnectionEvent.Updated updated -> {
        if (updated.reopen()) {
          close(updated.connectionId(), settings.drainTimeout());
          open(updated.connection());
        }
      }
      case ConnectionEvent.Disconnected gone ->
          close(gone.connectionId(), gone.force() ? Duration.ZERO : settings.drainTimeout());
      case ConnectionEvent.StatusChanged _ -> {}
      case ConnectionEvent.Purged _ -> {}
    }
  }

  private void open(Connection connection) {
    if (!connection.isServer() || connection.isDisconnected()) {
      return;
    }
    Upstream upstream = new Upstream(connection, this);
    upstreams.put(connection.id(), upstream);
    if (upstream.isProcess()) {
      watched.add(upstream);
    }
    upstream.start();
  }

  /** Tells of an upstream, as long as it is the connection's. */
  UpstreamReporter reporter(Upstream upstream) {
    return new UpstreamReporter(upstream, bus, clock, () -> isCurrent(upstream));
  }

  /** What instances work with. */
  Instance.Parts parts() {
    return new Instance.Parts(backoff, executor, timers, clock, settings.crashLoopWindow());
  }

  private void look() {
    Duration idleTimeout = settings.idleTimeout();
    Duration maxLifetime = settings.maxLifetime();
    try {
      watched.removeIf(upstream -> !isCurrent(upstream));
      for (Upstream upstream : List.copyOf(watched)) {
        upstream.look(idleTimeout, maxLifetime);
        // Taken out first: a crash loop that begins meanwhile puts it in again.
        if (!upstream.isProcess() && watched.remove(upstream) && upstream.isInCrashLoop()) {
          watched.add(upstream);
        }
      }
    } finally {
      timers.newTimeout(_ -> executor.execute(this::look), LOOK_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void close(String connectionId, Duration patience) {
    Upstream upstream = upstreams.remove(connectionId);
    if (upstream == null) {
      return;
    }
    CompletableFuture<Void> gone = upstream.close(patience);
    closing.put(connectionId, gone);
    gone.whenComplete((_, error) -> {
      closing.remove(connectionId, gone);
      if (!upstreams.containsKey(connectionId)) {
        bus.publish(new UpstreamEvent.Closed(connectionId, clock.instant()));
      }
    });
  }

  /** A connection's upstream; none for clients and for what is disconnected. */
  public Optional<Upstream> find(String connectionId) {
    return Optional.ofNullable(upstreams.get(connectionId));
  }

  /** The upstreams whose servers run as child processes. */
  public List<Upstream> stdio() {
    return watched.stream().filter(one -> one.isProcess() && isCurrent(one)).toList();
  }

  private boolean isCurrent(Upstream upstream) {
    return upstreams.get(upstream.connectionId()) == upstream;
  }

  /** Completes when the connection's upstream, if it was being closed, is gone. */
  public CompletableFuture<Void> gone(String connectionId) {
    return closing.getOrDefault(connectionId, CompletableFuture.completedFuture(null));
  }

  /** Child processes that run, for connections and for single clients. */
  public int processes() {
    return opener.processes();
  }

  Instant now() {
    return clock.instant();
  }

  Opener opener() {
    return opener;
  }

  Timer timers() {
    return timers;
  }

  ExecutorService executor() {
    return executor;
  }

  /** Lets calls in flight end for at most {@code patience}, then ends every upstream. */
  public void drain(Duration patience) {
    List.copyOf(upstreams.keySet()).forEach(id -> close(id, patience));
    CompletableFuture<Void> all =
        CompletableFuture.allOf(closing.values().toArray(CompletableFuture[]::new));
    try {
      Duration most = patience.plus(settings.stopTimeout().multipliedBy(3));
      all.get(most.toMillis(), TimeUnit.MILLISECONDS);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      log.warn("Some servers did not end in time; they are killed");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends everything at once. */
  @Override
  public void close() {
    warden.close();
    timers.stop();
    executor.shutdownNow();
    http.close();
    streams.close();
  }
}
