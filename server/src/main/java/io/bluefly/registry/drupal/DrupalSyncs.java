package io.bluefly.registry.drupal;

import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.drupal.SyncReport.Status;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventType;
import io.bluefly.registry.events.Happening;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.EgressRefusedException;
import io.bluefly.registry.security.SecretUser;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.security.UnknownSecretException;
import io.bluefly.registry.security.WebOrigin;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The syncs with Drupal sites: begins them, one at a time for each origin, and knows what came of
 * the latest. A key is in none of what is kept or told.
 */
public final class DrupalSyncs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DrupalSyncs.class);
  private static final int KEPT = 100;
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration LOOKUP = Duration.ofSeconds(10);
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int RANDOM_BYTES = 6;
  private static final Pattern HEADER = Pattern.compile("[\\x20-\\x7E]+");

  private final DrupalSettings settings;
  private final SiteRules rules;
  private final Secrets secrets;
  private final EgressGuard guard;
  private final Connections connections;
  private final Catalogue catalogue;
  private final HealthMonitor health;
  private final SyncStore store;
  private final Intake intake;
  private final AuditLog audit;
  private final EventInbox inbox;
  private final Executor executor;
  private final InstantSource clock;
  private final DrupalHttp http;
  private final SecureRandom random = new SecureRandom();
  private final Map<WebOrigin, Job> running = new ConcurrentHashMap<>();

  /** Reports of what has ended, the oldest first. */
  private final Map<String, SyncReport> ended = new LinkedHashMap<>();

  private volatile boolean closed;

  /**
   * Begins nothing yet.
   *
   * @param executor runs syncs, on threads that may wait
   */
  public DrupalSyncs(
      Vertx vertx,
      DrupalSettings settings,
      SiteRules rules,
      Secrets secrets,
      EgressGuard guard,
      Connections connections,
      Catalogue catalogue,
      HealthMonitor health,
      SyncStore store,
      Intake intake,
      AuditLog audit,
      EventInbox inbox,
      Executor executor,
      InstantSource clock) {
    this.settings = settings;
    this.rules = rules;
    this.secrets = secrets;
    this.guard = guard;
    this.connections = connections;
    this.catalogue = catalogue;
    this.health = health;
    this.store = store;
    this.intake = intake;
    this.audit = audit;
    this.inbox = inbox;
    this.executor = executor;
    this.clock = clock;
    this.http = new DrupalHttp(vertx, settings.timeout(), SyncRun.CONCURRENCY);
  }

  /** A sync that is running. */
  private record Job(
      String id,
      SyncRequest request,
      Tally tally,
      Patience patience,
      AtomicLong told,
      CompletableFuture<SyncReport> end) {
    SyncReport report() {
      return tally.report(Status.RUNNING, null);
    }
  }

  /** Reads what came of earlier syncs; those that were running have been interrupted. */
  public void load() {
    for (SyncReport report : store.loadSyncs(KEPT).reversed()) {
      SyncReport known = report.isRunning() ? report.interrupted(clock.instant()) : report;
      if (report.isRunning()) {
        store.saveSync(known, KEPT);
      }
      keep(known);
    }
  }

  /**
   * Begins a sync.
   *
   * @return its first report
   * @throws SyncRefusedException when it is not begun
   * @throws StoreException when it can't be kept that it was
   */
  public SyncReport start(SyncRequest request) {
    rules.require(request.site());
    String key = key(request);
    Job job = claim(request);
    try {
      SyncReport first = job.report();
      store.saveSync(first, KEPT);
      executor.execute(() -> run(job, key));
      return first;
    } catch (RuntimeException e) {
      running.remove(request.site().origin(), job);
      throw e;
    }
  }

  private String key(SyncRequest request) {
    try {
      SecretUser user = new SecretUser.Address(request.site().base());
      String key = secrets.resolve(request.apiKey(), user).strip();
      if (key.isEmpty()
          || !HEADER.matcher(settings.credential().header(key).getValue()).matches()) {
        throw new SyncRefusedException.KeyUnknown(
            "is no key that a header can have: it is empty, or has a line end or a character that"
                + " is no ASCII; a file of a secret has one line");
      }
      return key;
    } catch (UnknownSecretException e) {
      throw new SyncRefusedException.KeyUnknown(e.getMessage());
    }
  }

  private Job claim(SyncRequest request) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String id = "sync-" + clock.millis() + "-" + HexFormat.of().formatHex(bytes);
    Job job =
        new Job(
            id,
            request,
            new Tally(id, request, clock.instant()),
            new Patience(settings.patience(), LONGEST),
            new AtomicLong(System.nanoTime()),
            new CompletableFuture<>());
    Job other = running.putIfAbsent(request.site().origin(), job);
    if (other != null) {
      throw new SyncRefusedException.AlreadyRunning(other.id());
    }
    if (closed) {
      job.patience().stop();
    }
    return job;
  }

  private void run(Job job, String key) {
    SyncReport report;
    try {
      tell(job.report());
      report = synced(job, key);
    } catch (RuntimeException | Error e) { // Else it would be running for ever.
      log.error("Drupal sync {} failed", job.id(), e);
      job.tally()
          .stopped(
              new SiteException(
                  SyncError.Reason.INTERRUPTED, "It failed; the registry's log tells more"));
      report = job.tally().report(job.tally().ending(true), clock.instant());
    }
    end(job, report);
  }

  private SyncReport synced(Job job, String key) {
    boolean stopped = false;
    try {
      newRun(job, key).run();
    } catch (SiteException e) {
      job.tally().stopped(e);
      stopped = true;
    }
    return job.tally().report(job.tally().ending(stopped), clock.instant());
  }

  private SyncRun newRun(Job job, String key) throws SiteException {
    SyncRequest request = job.request();
    Site site = new Site(request.site(), lookUp(request.site()), settings.credential(), key);
    Nodes nodes = new Nodes(new SiteClient(http, site, job.patience()), job.tally()::changed);
    List<String> names = names(request.dryRun());
    SyncParts parts =
        new SyncParts(
            request,
            connections,
            new Links(store, request),
            new LocalSide(connections, intake, audit, clock, request, job.tally()),
            nodes,
            new NodeContent(catalogue, health, names.getFirst()),
            job.patience(),
            job.tally(),
            names,
            settings.commands());
    return new SyncRun(parts, () -> progress(job));
  }

  private List<String> names(boolean dryRun) throws SiteException {
    try {
      byte[] bytes = new byte[RANDOM_BYTES];
      random.nextBytes(bytes);
      String name =
          settings
              .registryName()
              .orElseGet(
                  () -> store.registryName("mcp-registry-" + HexFormat.of().formatHex(bytes)));
      return store.registryNames(name, !dryRun);
    } catch (StoreException e) {
      throw new SiteException(
          SyncError.Reason.NOT_STORED, "The database can't be read: " + e.getMessage());
    }
  }

  private InetAddress lookUp(SiteAddress site) throws SiteException {
    try {
      return guard.resolve(site.base().getHost()).get(LOOKUP.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      String why = e.getCause() == null ? "it failed" : String.valueOf(e.getCause().getMessage());
      throw new SiteException(
          e.getCause() instanceof EgressRefusedException
              ? SyncError.Reason.EGRESS_REFUSED
              : SyncError.Reason.UNREACHABLE,
          "The site " + site + " can't be reached: " + why);
    } catch (TimeoutException e) {
      throw new SiteException(
          SyncError.Reason.UNREACHABLE, "The site " + site + " could not be looked up in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SiteException(SyncError.Reason.INTERRUPTED, "The registry is stopping");
    }
  }

  private void progress(Job job) {
    long now = System.nanoTime();
    long last = job.told().get();
    if (now - last > TELL_NANOS && job.told().compareAndSet(last, now)) {
      SyncReport report = job.report();
      tell(report);
      save(report);
    }
  }

  private void save(SyncReport report) {
    try {
      store.saveSync(report, KEPT);
    } catch (StoreException e) {
      log.error("The report of Drupal sync {} could not be stored", report.syncId(), e);
    }
  }

  private void end(Job job, SyncReport report) {
    save(report);
    keep(report);
    running.remove(job.request().site().origin(), job);
    tell(report);
    log(report);
    job.end().complete(report);
  }

  private void keep(SyncReport report) {
    synchronized (ended) {
      ended.put(report.syncId(), report);
      if (ended.size() > KEPT) {
        ended.remove(ended.keySet().iterator().next());
      }
    }
  }

  private static void log(SyncReport report) {
    String first = report.errors().isEmpty() ? "" : ": " + report.errors().getFirst().message();
    if (report.status() == Status.COMPLETED) {
      log.info(
          "Drupal sync {} with {} is completed: {} pushed, {} pulled, {} updated, {} deleted",
          report.syncId(),
          report.drupalEndpoint(),
          report.pushed(),
          report.pulled(),
          report.updated(),
          report.deleted());
    } else {
      log.warn(
          "Drupal sync {} with {} is {}, with {} errors and {} conflicts{}",
          report.syncId(),
          report.drupalEndpoint(),
          report.status().wire(),
          report.errorCount(),
          report.conflictCount(),
          first);
    }
  }

  private void tell(SyncReport report) {
    String status = report.status().wire();
    inbox.publish(
        new Happening(EventType.DRUPAL_SYNC, null, null, status, clock.instant(), Map.of())
            .with("syncId", report.syncId())
            .with("drupalEndpoint", report.drupalEndpoint())
            .with("status", status)
            .with("mode", report.mode().wire())
            .with("dryRun", report.dryRun())
            .with("total", report.total())
            .with("pushed", report.pushed())
            .with("pulled", report.pulled())
            .with("updated", report.updated())
            .with("deleted", report.deleted())
            .with("unchanged", report.unchanged())
            .with("conflicts", report.conflictCount())
            .with("errors", report.errorCount()));
  }

  /** The report of a sync, if it is one of the latest. */
  public Optional<SyncReport> find(String syncId) {
    for (Job job : running.values()) {
      if (job.id().equals(syncId)) {
        return Optional.of(job.report());
      }
    }
    synchronized (ended) {
      return Optional.ofNullable(ended.get(syncId));
    }
  }

  /** Waits for the end of a sync, but not for long; its report then. */
  public Optional<SyncReport> await(String syncId, Duration timeout) {
    for (Job job : running.values()) {
      if (job.id().equals(syncId)) {
        job.end()
            .thenAccept(_ -> {})
            .completeOnTimeout(null, timeout.toMillis(), TimeUnit.MILLISECONDS)
            .join();
      }
    }
    return find(syncId);
  }

  /** The latest syncs, the newest first. */
  public List<SyncReport> list() {
    List<SyncReport> all;
    synchronized (ended) {
      all = new ArrayList<>(ended.values());
    }
    for (Job job : running.values()) {
      if (all.stream().noneMatch(report -> report.syncId().equals(job.id()))) {
        all.add(job.report());
      }
    }
    all.sort((a, b) -> b.startedAt().compareTo(a.startedAt()));
    return all;
  }

  /** Ends what is running; it is finished by the next sync. */
  @Override
  public void close() {
    closed = true;
    running.values().forEach(job -> job.patience().stop());
  }
}
