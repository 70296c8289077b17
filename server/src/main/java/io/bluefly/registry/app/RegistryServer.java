package io.bluefly.registry.app;

import io.bluefly.registry.api.Api;
import io.bluefly.registry.api.ApiRouter;
import io.bluefly.registry.api.AuditTrail;
import io.bluefly.registry.api.Contract;
import io.bluefly.registry.api.MetricsPage;
import io.bluefly.registry.api.Readiness;
import io.bluefly.registry.api.RegistrationIntake;
import io.bluefly.registry.api.StreamApi;
import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.balancing.Advisor;
import io.bluefly.registry.balancing.Autoscaler;
import io.bluefly.registry.balancing.Balancer;
import io.bluefly.registry.balancing.Comparison;
import io.bluefly.registry.balancing.Patience;
import io.bluefly.registry.balancing.PoolStates;
import io.bluefly.registry.balancing.Pools;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.Definitions;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.Providers;
import io.bluefly.registry.config.ConfigException;
import io.bluefly.registry.config.Version;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.drupal.DrupalSyncs;
import io.bluefly.registry.drupal.Schedules;
import io.bluefly.registry.drupal.SiteRules;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.gateway.Gateway;
import io.bluefly.registry.gateway.GatewaySettings;
import io.bluefly.registry.health.BatchCheck;
import io.bluefly.registry.health.Census;
import io.bluefly.registry.health.Diagnostics;
import io.bluefly.registry.health.EjectionEvent;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.History;
import io.bluefly.registry.metrics.TotalsKeeper;
import io.bluefly.registry.metrics.UsageReports;
import io.bluefly.registry.persistence.SqlDatabase;
import io.bluefly.registry.security.ApiKeys;
import io.bluefly.registry.security.Authenticator;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.KeyAuthenticator;
import io.bluefly.registry.security.Oidc;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.ProtectedResource;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.stream.Advice;
import io.bluefly.registry.stream.EventStreams;
import io.bluefly.registry.stream.PublicEvents;
import io.bluefly.registry.telemetry.Telemetry;
import io.bluefly.registry.timeline.Timeline;
import io.bluefly.registry.upstream.GuardedFetcher;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The whole service: its parts put together, started in order, stopped in reverse. */
public final class RegistryServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryServer.class);
  private static final Duration HEALTH_TICK = Duration.ofMillis(100);
  private static final Duration BALANCING_TICK = Duration.ofMillis(100);
  private static final Duration SCALING_TICK = Duration.ofSeconds(2);
  private static final Duration KEY_USE_TICK = Duration.ofSeconds(10);
  private static final Duration HISTORY_TICK = Duration.ofSeconds(1);
  private static final Duration ADVICE_TICK = Duration.ofSeconds(5);
  private static final Duration SYNC_TICK = Duration.ofSeconds(1);
  private static final Duration TLS_TICK = Duration.ofSeconds(5);
  private static final Duration HOUSEKEEPING = Duration.ofSeconds(30);
  private static final Duration STOP_MARGIN = Duration.ofSeconds(10);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

  private final RegistrySettings settings;
  private final Vertx vertx;
  private final SqlDatabase database;
  private final ApiKeys keys;
  private final AuditLog audit;
  private final Pools pools;
  private final Connections connections;
  private final Definitions definitions;
  private final Upstreams upstreams;
  private final HealthMonitor health;
  private final Balancer balancer;
  private final Comparison comparison;
  private final Autoscaler autoscaler;
  private final Advice advice;
  private final Gateway gateway;
  private final TotalsKeeper totals;
  private final History history;
  private final EventStreams streams;
  private final Readiness readiness;
  private final DrupalSyncs syncs;
  private final Schedules schedules;
  private final Listeners listeners;
  private final @Nullable Telemetry telemetry;
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("registry-", 0).factory());
  private final ScheduledExecutorService ticker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("registry-ticker").factory());

  private RegistryServer(
      RegistrySettings settings,
      Map<String, String> environment,
      ProcessRules processes,
      CompletableFuture<Contract> reading) {
    this.settings = settings;
    // What takes long at the start happens at the same time.
    CompletableFuture<SqlDatabase> opening = Startup.async(() -> Startup.openDatabase(settings));
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setPreferNativeTransport(true)
                // Nothing is served from the class path; a copy of it in /tmp would outlive kill
                // -9.
                .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false))
                .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors()));
    InstantSource clock = Clock.tickMillis(ZoneOffset.UTC);
    EventBus bus = new EventBus();
    // First of all that listen: the others tell of what they do in answer.
    Timeline timeline = new Timeline(bus);
    CallMetrics metrics = new CallMetrics(clock, System::nanoTime, settings.metrics().maxPools());
    EventInbox inbox = new EventInbox();
    UsageReports usage = new UsageReports(settings.metrics().usageExpiry(), System::nanoTime);
    this.telemetry = Startup.openTelemetry(settings, environment);
    Secrets secrets = Startup.openSecrets(settings, environment);
    EgressGuard guard = new EgressGuard(Startup.addressRules(settings));
    this.database = Startup.await(opening);
    this.totals = new TotalsKeeper(metrics, database.metrics());
    bus.subscribe(ConnectionEvent.Disconnected.class, e -> usage.forget(e.connectionId()));
    bus.subscribe(
        ConnectionEvent.Purged.class,
        e -> {
          totals.forget(e.connectionId());
          usage.forget(e.connectionId());
        });
    this.audit = new AuditLog(settings.dataDir(), settings.audit(), System::nanoTime);
    this.keys = new ApiKeys(database.keys(), clock);
    this.pools = new Pools(database.pools());
    this.connections = new Connections(database.connections(), bus, clock);
    new PublicEvents(bus, connections, inbox);
    this.upstreams =
        new Upstreams(vertx, bus, clock, settings.upstream(), secrets, processes, guard);
    this.health =
        new HealthMonitor(
            connections,
            upstreams,
            metrics,
            bus,
            settings.health(),
            clock,
            new SplittableRandom(),
            executor);
    this.history =
        new History(metrics, () -> Census.take(connections, health), database.history(), clock);
    // After health: it knows a connection before its upstream can report.
    upstreams.follow();
    this.definitions =
        new Definitions(
            database.pins(), settings.definitions().policy(), connections, bus, executor, clock);
    Catalogue catalogue = new Catalogue(bus, executor, clock, definitions);
    Providers providers = new Providers(connections, catalogue, bus);
    PoolCatalogue offers = new PoolCatalogue(connections, catalogue, bus, executor);
    this.balancer =
        new Balancer(
            connections,
            id -> upstreams.find(id).map(Upstream::instances).orElse(List.of()),
            pools,
            usage::inFlight,
            settings.health().ejection(),
            patience(settings.gateway()),
            bus,
            clock,
            System::nanoTime);
    LongAdder ejections = new LongAdder();
    bus.subscribe(EjectionEvent.Ejected.class, _ -> ejections.increment());
    this.comparison = new Comparison(balancer);
    Advisor advisor = new Advisor(balancer);
    this.autoscaler = new Autoscaler(upstreams::stdio, advisor, clock);
    this.advice = new Advice(() -> advisor.recommendations(null), inbox, clock);
    this.gateway =
        new Gateway(
            connections,
            upstreams,
            catalogue,
            offers,
            balancer,
            metrics,
            inbox,
            Startup.readSealer(settings),
            audit,
            settings.gateway(),
            bus,
            telemetry);
    this.streams = new EventStreams(inbox, settings.events(), clock);
    this.readiness = new Readiness(database::isReachable, System::nanoTime, executor);
    if (settings.security().auth()) {
      keys.admit(Startup.readKey(settings));
    }
    Oidc oidc = Startup.openOidc(settings, new GuardedFetcher(vertx, guard), executor, clock);
    Authenticator tokens = oidc == null ? null : oidc.authenticator();
    ProtectedResource resource = oidc == null ? null : oidc.resource();
    Authenticator authenticator =
        settings.security().auth() ? new KeyAuthenticator(keys, tokens) : Authenticator.OPEN;
    AuditTrail trail = new AuditTrail(audit, clock);
    Contract contract = Startup.await(reading);
    SiteRules sites = Startup.siteRules(settings);
    this.syncs =
        new DrupalSyncs(
            vertx,
            settings.drupal(),
            sites,
            secrets,
            guard,
            connections,
            catalogue,
            health,
            database.syncs(),
            new RegistrationIntake(contract, guard, processes),
            audit,
            inbox,
            executor,
            clock);
    this.schedules = Startup.schedules(syncs, sites, settings);
    Api api =
        new Api(
            contract,
            keys,
            audit,
            guard,
            connections,
            catalogue,
            definitions,
            providers,
            upstreams,
            processes,
            health,
            new BatchCheck(connections, health, settings.health(), executor),
            pools,
            balancer,
            offers,
            timeline,
            new Diagnostics(upstreams, metrics, bus, clock),
            metrics,
            usage,
            history,
            new MetricsPage(
                metrics,
                () -> Census.take(connections, health),
                new PoolStates(balancer),
                upstreams::processes,
                ejections::sum,
                Version.CURRENT),
            readiness,
            syncs,
            clock,
            Version.CURRENT,
            settings.upstream().drainTimeout().plus(STOP_MARGIN));
    this.listeners =
        new Listeners(
            vertx,
            settings,
            authenticator,
            trail,
            resource,
            gateway,
            new ApiRouter(
                vertx,
                contract,
                api,
                new StreamApi(streams),
                authenticator,
                trail,
                resource,
                executor));
  }

  private static Patience patience(GatewaySettings settings) {
    return new Patience(settings.openPatience(), settings.queueTimeout(), settings.maxQueue());
  }

  /**
   * Starts the service.
   *
   * @param environment where {@code ${NAME}} gets its values, beside files
   * @param file the settings file, or null for none; no sandbox shows it
   * @param contract the OpenAPI document, which may still be being read
   * @return the service, which answers requests
   * @throws ConfigException when a setting keeps it from starting
   */
  static RegistryServer start(
      RegistrySettings settings,
      Map<String, String> environment,
      @Nullable Path file,
      CompletableFuture<Contract> contract) {
    Startup.refuseOpenDoor(settings);
    Startup.refuseOutOfRange(settings);
    Startup.warnOfPlainText(settings);
    Startup.createFolder(settings.dataDir());
    ProcessRules processes = Startup.readRules(settings, environment, file);
    RegistryServer server = new RegistryServer(settings, environment, processes, contract);
    try {
      server.open();
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  private void open() {
    keys.load();
    pools.load();
    connections.load();
    definitions.load();
    syncs.load();
    listeners.open();
    connections.announce();
    readiness.begin();
    executor.execute(totals::load);
    every(settings.metrics().saveInterval(), () -> executor.execute(totals::save));
    every(TLS_TICK, () -> executor.execute(listeners::reload));
    every(KEY_USE_TICK, () -> executor.execute(keys::saveUses));
    every(HISTORY_TICK, () -> executor.execute(history::tick));
    every(HEALTH_TICK, health::tick);
    every(BALANCING_TICK, balancer::tick);
    every(settings.health().ejection().interval(), comparison::tick);
    every(SCALING_TICK, autoscaler::tick);
    every(ADVICE_TICK, advice::tick);
    every(SYNC_TICK, () -> executor.execute(schedules::tick));
    every(HOUSEKEEPING, gateway::tick);
    every(HOUSEKEEPING, () -> executor.execute(definitions::saveAll));
    every(
        HOUSEKEEPING,
        () ->
            executor.execute(() -> connections.purge(settings.connections().tombstoneRetention())));
  }

  private void every(Duration period, Runnable task) {
    ticker.scheduleWithFixedDelay(
        () -> logged(task), period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void logged(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) { // It shall be tried again.
      log.error("A periodic task failed", e);
    }
  }

  /** The port that it listens on. */
  public int port() {
    return listeners.port();
  }

  /** Lets calls in flight end, ends all servers, and closes the store. */
  @Override
  public void close() {
    listeners.refuse();
    inTurn(
        syncs::close,
        () -> upstreams.drain(settings.upstream().drainTimeout()),
        ticker::shutdownNow, // Until then it tells calls that wait what comes of them.
        gateway::close,
        upstreams::close,
        streams::close,
        () -> Startup.await(vertx.close().toCompletionStage().toCompletableFuture(), CLOSE_TIMEOUT),
        executor::close,
        this::closeTelemetry,
        history::close,
        totals::save,
        keys::saveUses,
        audit::close,
        definitions::saveAll,
        database::close);
  }

  private void closeTelemetry() {
    if (telemetry != null) {
      telemetry.close();
    }
  }

  /** A step that fails keeps none of the others from being done. */
  private static void inTurn(Runnable... steps) {
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        log.error("A step of the stop failed", e);
      }
    }
  }
}
