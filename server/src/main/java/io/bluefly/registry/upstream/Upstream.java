package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.Instances;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All instances of one connection's server, and the calls that use them. */
public final class Upstream {
  /** Calls that may wait for an upstream to open. */
  private static final int MAX_WAITING = 1_000;

  private final Connection connection;
  private final Upstreams home;
  private final InstanceList list;
  private final UpstreamReporter reporter;
  private final AtomicInteger next = new AtomicInteger();

  private final ProbeMemory memory = new ProbeMemory();
  private final Set<UpstreamSession> own = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Instant openSince;
  private int inUse;
  private boolean draining;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private final List<CompletableFuture<Lease>> waiting = new ArrayList<>();

  Upstream(Connection connection, Upstreams home) {
    this.connection = connection;
    this.home = home;
    this.reporter = home.reporter(this);
    this.list = new InstanceList(this::instance, home.drainTimeout(), reporter);
  }

  private Instance instance() {
    return new Instance(
        () -> home.opener().open(endpoint(), memory, reporter), home.parts(), reporter);
  }

  void start() {
    list.scaleTo(isProcess() ? connection.registration().instances().min() : 1);
  }

  /**
   * Changes the number of a stdio server's instances, within the bounds of its registration.
   * Further ones are started; of those that are too many the least used ones end, after their
   * calls. Returns at once.
   */
  public void scaleTo(int count) {
    Instances bounds = connection.registration().instances();
    if (isProcess()) {
      list.scaleTo(Math.clamp(count, bounds.min(), bounds.max()));
    }
  }

  /** The instances for calls at this moment; another list each time that there are others. */
  public List<Instance> instances() {
    return list.all();
  }

  /** An instance takes calls from now on. */
  void instanceOpened(Instance instance) {
    list.opened(instance);
    noteOpen();
    reporter.changed();
  }

  /** Notes since when one or another instance is open. */
  synchronized void noteOpen() {
    openSince = isOpen() ? openSince == null ? home.now() : openSince : null;
  }

  /**
   * Puts instances to sleep that have no calls, replaces one that is old, and tells of those that
   * have recovered; called now and then. Zero durations are without end.
   */
  void look(Duration idleTimeout, Duration maxLifetime) {
    for (Instance instance : instances()) {
      if (instance.hasLeftCrashLoop()) {
        reporter.crashLoopOver();
      }
      if (isProcess() && idleTimeout.isPositive()) {
        instance.sleepIfIdle(idleTimeout);
      }
      if (isProcess() && maxLifetime.isPositive() && instance.isOlderThan(maxLifetime)) {
        list.replace(instance);
      }
    }
  }

  Endpoint endpoint() {
    return Objects.requireNonNull(connection.registration().endpoint(), "servers have endpoints");
  }

  /** Name and id, for logs. */
  String label() {
    return "Connection " + connection.name() + " (" + connection.id() + ")";
  }

  String connectionId() {
    return connection.id();
  }

  /**
   * Takes a lease for a call; waits while no instance is open, at most {@code patience}.
   *
   * @return fails with an {@link UpstreamException} when none opens in time, or when the upstream
   *     is being closed
   */
  public CompletableFuture<Lease> acquire(Duration patience) {
    synchronized (this) {
      if (draining) {
        return CompletableFuture.failedFuture(
            new UpstreamException(FailureReason.EXITED, "the connection is being closed"));
      }
      Lease open = lease();
      if (open != null) {
        return CompletableFuture.completedFuture(open);
      }
      if (waiting.size() >= MAX_WAITING || !mayOpenSoon()) {
        return CompletableFuture.failedFuture(notOpen());
      }
      instances().stream().filter(Instance::isAsleep).findFirst().ifPresent(Instance::wake);
      CompletableFuture<Lease> lease = new CompletableFuture<>();
      waiting.add(lease);
      home.timers().newTimeout(_ -> giveUp(lease), patience.toMillis(), TimeUnit.MILLISECONDS);
      return lease;
    }
  }

  /** A wrong command or missing credentials do not mend themselves within a call's patience. */
  private boolean mayOpenSoon() {
    return instances().stream().anyMatch(Instance::mayOpenSoon);
  }

  private void giveUp(CompletableFuture<Lease> lease) {
    if (lease.completeExceptionally(notOpen())) {
      synchronized (this) {
        waiting.removeIf(CompletableFuture::isDone);
      }
    }
  }

  private UpstreamException notOpen() {
    InstanceState.Failure failure =
        instances().stream()
            .map(Instance::failure)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(null);
    return failure == null
        ? new UpstreamException(FailureReason.TIMEOUT, "the server is still starting")
        : new UpstreamException(
            failure.reason(), "the server can't be used now: " + failure.message());
  }

  private @Nullable UpstreamSession pick() {
    Instance instance = next(open -> open.session() != null);
    return instance == null ? null : instance.session();
  }

  private @Nullable Instance next(Predicate<Instance> condition) {
    List<Instance> now = instances();
    for (int i = 0; i < now.size(); i++) {
      Instance instance = now.get(Math.floorMod(next.getAndIncrement(), now.size()));
      if (condition.test(instance)) {
        return instance;
      }
    }
    return null;
  }

  /** A lease for a call, while an instance is open; under the lock. */
  private @Nullable Lease lease() {
    Instance instance =
        next(open -> open.session() != null && open.inFlight().tryBegin(Integer.MAX_VALUE));
    if (instance == null) {
      return null;
    }
    UpstreamSession session = instance.session();
    if (session == null) {
      instance.inFlight().end();
      return null;
    }
    inUse++;
    return new Lease(this, instance.inFlight(), session);
  }

  void release() {
    boolean last;
    synchronized (this) {
      inUse--;
      last = draining && inUse == 0;
    }
    if (last) {
      drained.complete(null);
    }
  }

  /** An instance has opened: whoever waits may go on. */
  void serveWaiting() {
    List<CompletableFuture<Lease>> served;
    synchronized (this) {
      served = List.copyOf(waiting);
      waiting.clear();
    }
    for (CompletableFuture<Lease> waiter : served) {
      Lease lease;
      synchronized (this) {
        lease = lease();
        if (lease == null) {
          waiting.add(waiter);
        }
      }
      if (lease != null && !waiter.complete(lease)) {
        lease.complete();
      }
    }
  }

  /** An open session for the registry's own requests; none while no instance is open. */
  public Optional<UpstreamSession> session() {
    return Optional.ofNullable(pick());
  }

  /** What the server said of itself; none while no instance is open or asleep. */
  public Optional<ServerInfo> server() {
    return instances().stream().map(Instance::server).filter(Objects::nonNull).findFirst();
  }

  /**
   * A session of its own for one client of a legacy server: for stdio an instance, else a session
   * with the same address. The caller closes it.
   *
   * @param initialize JSON text of the {@code params} of {@code initialize}
   * @return fails with an {@link UpstreamException}
   */
  public CompletableFuture<UpstreamSession> openOwn(String initialize) {
    CompletableFuture<UpstreamSession> opened = new CompletableFuture<>();
    home.executor()
        .execute(() -> {
          try {
            UpstreamSession session = home.opener().openOwn(endpoint(), initialize, reporter);
            keepOwn(session);
            opened.complete(session);
          } catch (UpstreamException | RuntimeException e) {
            opened.completeExceptionally(e);
          }
        });
    return opened;
  }

  private void keepOwn(UpstreamSession session) {
    own.add(session);
    session.closed().thenRun(() -> own.remove(session));
    boolean late;
    synchronized (this) {
      late = draining;
    }
    if (late) {
      session.close();
    }
  }

  /** Whether an instance of this connection is a process. */
  public boolean isProcess() {
    return endpoint() instanceof StdioEndpoint;
  }

  /**
   * Ends the instances that do not answer any more, so that they are opened again; unless calls are
   * in flight: a server may be busy with those, and they would be lost.
   */
  public void restartIfUnused() {
    synchronized (this) {
      if (inUse > 0 || draining) {
        return;
      }
    }
    instances().stream()
        .map(Instance::session)
        .filter(ChannelSession.class::isInstance)
        .forEach(session -> Objects.requireNonNull(session).close());
  }

  /** The instances at this moment, those that come and those that leave included. */
  public List<InstanceState> states() {
    return list.everyone().map(Instance::state).toList();
  }

  /** Since when at least one instance is open without a break. */
  public Optional<Instant> openSince() {
    return Optional.ofNullable(openSince);
  }

  /** The children's processes, those that serve one client included. */
  public Stream<ProcessHandle> processes() {
    Stream<ChildProcess> shared = list.everyone().map(Instance::child).filter(Objects::nonNull);
    Stream<ChildProcess> those = own.stream().map(ChildProcess::of).filter(Objects::nonNull);
    return Stream.concat(shared, those).map(ChildProcess::handle);
  }

  /** Whether an instance is open. */
  public boolean isOpen() {
    return instances().stream().anyMatch(instance -> instance.session() != null);
  }

  /** Whether no instance is open, and one is as soon as there is a call. */
  public boolean isAsleep() {
    return !isOpen() && instances().stream().anyMatch(Instance::isAsleep);
  }

  /**
   * Takes no more calls, lets those in flight end for at most {@code patience}, and ends all
   * instances.
   *
   * @return completes when every process is gone
   */
  CompletableFuture<Void> close(Duration patience) {
    List<CompletableFuture<Lease>> refused;
    synchronized (this) {
      draining = true;
      refused = List.copyOf(waiting);
      waiting.clear();
      if (inUse == 0 || patience.isZero()) {
        drained.complete(null);
      }
    }
    refused.forEach(lease ->
        lease.completeExceptionally(
            new UpstreamException(FailureReason.EXITED, "the connection is being closed")));
    home.timers()
        .newTimeout(_ -> drained.complete(null), patience.toMillis(), TimeUnit.MILLISECONDS);
    return drained.thenCompose(_ -> closeInstances());
  }

  private CompletableFuture<Void> closeInstances() {
    Stream<CompletableFuture<?>> ends =
        Stream.concat(Stream.of(list.close()), own.stream().map(session -> session.closed()));
    CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
    own.forEach(UpstreamSession::close);
    return all;
  }
}
