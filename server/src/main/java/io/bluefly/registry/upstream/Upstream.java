package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.Instances;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All instances of one connection's server. */
public final class Upstream {
  private final Connection connection;
  private final Upstreams home;
  private final InstanceList list;
  private final Destination destination;
  private final UpstreamReporter reporter;
  private final AtomicInteger next = new AtomicInteger();

  private final ProbeMemory memory = new ProbeMemory();
  private final LastExchange last;
  private final Set<UpstreamSession> own = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Instant openSince;
  private volatile boolean closing;

  Upstream(Connection connection, Upstreams home) {
    this.connection = connection;
    this.home = home;
    this.reporter = home.reporter(this);
    this.destination = home.opener().destination(connection.name(), endpoint(), home.executor());
    this.last = new LastExchange(home::now);
    this.list = new InstanceList(this::instance, reporter);
  }

  private Instance instance() {
    return new Instance(
        () -> home.opener().open(destination, memory, reporter, last), home.parts(), reporter);
  }

  void start() {
    list.scaleTo(isProcess() ? bounds().min() : 1);
  }

  /**
   * Changes the number of a stdio server's instances, within the bounds of its registration.
   * Further ones are started; of those that are too many the least used ones end, after their
   * calls. Returns at once.
   */
  public void scaleTo(int count) {
    if (isProcess() && !closing) {
      list.scaleTo(Math.clamp(count, bounds().min(), bounds().max()));
    }
  }

  /** How many instances a stdio server may have. */
  public Instances bounds() {
    return connection.registration().instances();
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

  boolean isInCrashLoop() {
    return instances().stream().anyMatch(Instance::isInCrashLoop);
  }

  Endpoint endpoint() {
    return Objects.requireNonNull(connection.registration().endpoint(), "servers have endpoints");
  }

  /** Name and id, for logs. */
  String label() {
    return "Connection " + connection.name() + " (" + connection.id() + ")";
  }

  /** The connection whose server it is. */
  public String connectionId() {
    return connection.id();
  }

  private @Nullable UpstreamSession pick() {
    List<Instance> now = instances();
    for (int i = 0; i < now.size(); i++) {
      UpstreamSession open = now.get(Math.floorMod(next.getAndIncrement(), now.size())).session();
      if (open != null) {
        return open;
      }
    }
    return null;
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
            UpstreamSession session = home.opener().openOwn(destination, initialize, reporter);
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
    if (closing) {
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
    instances().stream()
        .filter(instance -> instance.inFlight().count() == 0)
        .map(Instance::session)
        .filter(ChannelSession.class::isInstance)
        .forEach(session -> Objects.requireNonNull(session).close());
  }

  /** The instances at this moment, those that come and those that leave included. */
  public List<InstanceState> states() {
    return list.everyone().map(Instance::state).toList();
  }

  /** How the last request of the registry's own went over HTTP, whether or not it succeeded. */
  public Optional<HttpTiming> timing() {
    return last.timing();
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
    closing = true;
    destination.close();
    CompletableFuture<Void> drained =
        CompletableFuture.allOf(
            list.everyone()
                .map(instance -> instance.inFlight().drain())
                .toArray(CompletableFuture[]::new));
    if (patience.isZero()) {
      drained.complete(null);
    }
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
