package io.bluefly.registry.drupal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.api.Contract;
import io.bluefly.registry.api.RegistrationIntake;
import io.bluefly.registry.audit.AuditEntry;
import io.bluefly.registry.audit.AuditFilter;
import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.audit.AuditSettings;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.TestDefinitions;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.RegistrationJson;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.TestHealth;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.persistence.SqlDatabase;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Scope;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.testkit.drupal.DrupalSite;
import io.bluefly.registry.upstream.TestSettings;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What of a registry a sync takes part in, on a database of its own; no server is opened. */
final class SyncedRegistry implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String SECRET = "DRUPAL_KEY";
  private static final Contract CONTRACT = Contract.read();
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  /** By how much the registry's clock is ahead of that of this machine. */
  volatile Duration ahead = Duration.ZERO;

  final EventInbox inbox = new EventInbox();
  final Connections connections;
  final SyncStore store;
  final DrupalSyncs syncs;
  private final DrupalSite site;
  private final Vertx vertx = Vertx.vertx();

  private final SqlDatabase database;
  private final AuditLog audit;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * What differs from one registry to the next.
   *
   * @param patience with a site that asks for a pause
   * @param commands whether commands are taken over
   */
  record Options(CredentialScheme credential, Duration patience, boolean commands) {
    static final Options USUAL =
        new Options(CredentialScheme.X_API_KEY, Duration.ofSeconds(5), false);
  }

  private record Settings(Options options, Optional<List<String>> origins)
      implements DrupalSettings {
    @Override
    public CredentialScheme credential() {
      return options.credential();
    }

    @Override
    public Optional<String> registryName() {
      return Optional.empty();
    }

    @Override
    public boolean commands() {
      return options.commands();
    }

    @Override
    public Duration timeout() {
      return Duration.ofSeconds(10);
    }

    @Override
    public Duration patience() {
      return options.patience();
    }

    @Override
    public Map<String, Scheduled> syncs() {
      return Map.of();
    }
  }

  private record Audited() implements AuditSettings {
    @Override
    public boolean enabled() {
      return true;
    }

    @Override
    public boolean calls() {
      return false;
    }

    @Override
    public int maxFileSize() {
      return 1 << 20;
    }

    @Override
    public int maxFiles() {
      return 2;
    }
  }

  SyncedRegistry(DrupalSite site, Path folder) {
    this(site, folder, Options.USUAL);
  }

  /** On the database in {@code folder}, as after a restart if there is one. */
  SyncedRegistry(DrupalSite site, Path folder, Options options) {
    this.site = site;
    InstantSource real = Clock.tickMillis(ZoneOffset.UTC);
    InstantSource clock = () -> real.instant().plus(ahead);
    EventBus bus = new EventBus();
    this.database = SqlDatabase.sqlite(folder);
    this.store = database.syncs();
    this.connections = new Connections(database.connections(), bus, clock);
    this.audit = new AuditLog(folder, new Audited(), System::nanoTime);
    EgressGuard guard = new EgressGuard(new AddressRules(true, List.of()));
    Secrets secrets = new Secrets(List.of(SECRET + "@" + site.origin()), _ -> DrupalSite.SYNC_KEY);
    Upstreams upstreams =
        new Upstreams(
            vertx,
            bus,
            clock,
            new TestSettings(Duration.ofSeconds(20), 1_000),
            secrets,
            ProcessRules.none(),
            guard);
    HealthMonitor health =
        new HealthMonitor(
            connections,
            upstreams,
            new CallMetrics(clock, System::nanoTime),
            bus,
            new TestHealth(),
            clock,
            new SplittableRandom(1),
            executor);
    DrupalSettings settings = new Settings(options, Optional.of(List.of(site.origin().toString())));
    this.syncs =
        new DrupalSyncs(
            vertx,
            settings,
            new SiteRules(settings.origins().orElseThrow()),
            secrets,
            guard,
            connections,
            new Catalogue(bus, executor, clock, TestDefinitions.off(bus)),
            health,
            store,
            new RegistrationIntake(CONTRACT, guard, ProcessRules.none()),
            audit,
            inbox,
            executor,
            clock);
    connections.load();
    syncs.load();
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A server of that name over HTTP. */
  Connection register(String name) {
    return register(name, "{}");
  }

  /** The same with metadata. */
  Connection register(String name, String metadata) {
    return add(
        """
        {"name": "%s", "type": "server", "protocol": "http",
         "endpoint": {"url": "http://127.0.0.1:9/mcp"}, "metadata": %s}
        """
            .formatted(name, metadata));
  }

  Connection add(String registration) {
    return connections.register(RegistrationJson.read(json(registration)));
  }

  /** Changes a connection as its owner would. */
  Connection change(String name, String metadata) {
    return connections.update(
        named(name).id(),
        before -> {
          var changed = RegistrationJson.write(before);
          changed.set("metadata", json(metadata));
          return RegistrationJson.read(changed);
        },
        null);
  }

  Connection named(String name) {
    return connections.findByName(name).orElseThrow();
  }

  /** The metadata of a connection, as JSON. */
  String metadata(String name) {
    return RegistrationJson.write(named(name).registration()).path("metadata").toString();
  }

  /** A principal who may do this. */
  static Principal who(Permission... permissions) {
    return new Principal("key-test", "test", Set.of(permissions), Scope.ALL, null);
  }

  SyncRequest request(SyncMode mode, ConflictPolicy policy) {
    return new SyncRequest(
        SiteAddress.parse(site.origin().toString()),
        DrupalSite.SYNC_KEY,
        mode,
        policy,
        false,
        0,
        who(Permission.WRITE, Permission.EXEC),
        "127.0.0.1");
  }

  SyncReport sync() {
    return sync(SyncMode.BIDIRECTIONAL);
  }

  SyncReport sync(SyncMode mode) {
    return sync(request(mode, ConflictPolicy.REGISTRY));
  }

  SyncReport sync(ConflictPolicy policy) {
    return sync(request(SyncMode.BIDIRECTIONAL, policy));
  }

  /** What came of it in the end. */
  SyncReport sync(SyncRequest request) {
    return ended(syncs.start(request).syncId());
  }

  SyncReport ended(String syncId) {
    return syncs.await(syncId, DEADLINE).orElseThrow();
  }

  /** With this key. */
  SyncReport syncWith(String key) {
    return sync(asking(key, false, 0, who(Permission.WRITE)));
  }

  /** By somebody who may only do this. */
  SyncReport syncBy(Principal principal) {
    return sync(asking(DrupalSite.SYNC_KEY, false, 0, principal));
  }

  SyncReport dryRun() {
    return sync(asking(DrupalSite.SYNC_KEY, true, 0, who(Permission.WRITE)));
  }

  SyncReport accepting(int deletions) {
    return sync(asking(DrupalSite.SYNC_KEY, false, deletions, who(Permission.WRITE)));
  }

  private SyncRequest asking(String key, boolean dryRun, int deletions, Principal principal) {
    return new SyncRequest(
        SiteAddress.parse(site.origin().toString()),
        key,
        SyncMode.BIDIRECTIONAL,
        ConflictPolicy.REGISTRY,
        dryRun,
        deletions,
        principal,
        "127.0.0.1");
  }

  List<AuditEntry> audited() {
    return audit.read(new AuditFilter(null, null, null, null, null, null), 1_000);
  }

  @Override
  public void close() {
    syncs.close();
    executor.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
    audit.close();
    database.close();
  }
}
