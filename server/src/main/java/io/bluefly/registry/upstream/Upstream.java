package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
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

/** All instances of one connection's server, and the calls that use them. */
public final class Upstream {
  /** Calls that may wait for an upstream to open. */
  private static final int MAX_WAITING = 1_000;

  private final Connection connection;
  private final Upstreams home;
  private final List<Instance> instances = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  private final Set<UpstreamSession> own = ConcurrentHashMap.newKeySet();
  private int inUse;
  private boolean draining;
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private final List<CompletableFuture<Lease>> waiting = new ArrayList<>();

  Upstream(Connection connection, Upstreams home) {
    this.connection = connection;
    this.home = home;
  }

  void start(java.util.function.Supplier<Instance> make) {
    int count =
        endpoint() instanceof StdioEndpoint ? connection.registration().instances().min() : 1;
    for (int i = 0; i < count; i++) {
      instances.add(make.get());
    }
    instances.forEach(Instance::start);
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
      UpstreamSession open = pick();
      if (open != null) {
        inUse++;
        return CompletableFuture.completedFuture(new Lease(this, open));
      }
      if (waiting.size() >= MAX_WAITING || !mayOpenSoon()) {
        return CompletableFuture.failedFuture(notOpen());
      }
      CompletableFuture<Lease> lease = new CompletableFuture<>();
      waiting.add(lease);
      home.timers().newTimeout(_ -> giveUp(lease), patience.toMillis(), TimeUnit.MILLISECONDS);
      return lease;
    }
  }

  /** A wrong command or missing credentials do not mend themselves within a call's patience. */
  private boolean mayOpenSoon() {
    return instances.stream()
        .map(Instance::failure)
        .allMatch(failure ->
            failure == null
                || (failure.reason() != FailureReason.CONFIGURATION
                    && failure.reason() != FailureReason.NEEDS_AUTHENTICATION));
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
        instances.stream().map(Instance::failure).filter(Objects::nonNull).findFirst().orElse(null);
    return failure == null
        ? new UpstreamException(FailureReason.TIMEOUT, "the server is still starting")
        : new UpstreamException(
            failure.reason(), "the server can't be used now: " + failure.message());
  }

  private @Nullable UpstreamSession pick() {
    for (int i = 0; i < instances.size(); i++) {
      int index = Math.floorMod(next.getAndIncrement(), instances.size());
      UpstreamSession open = instances.get(index).session();
      if (open != null) {
        return open;
      }
    }
    return null;
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
    UpstreamSession open;
    synchronized (this) {
      open = pick();
      if (open == null) {
        return;
      }
      served = List.copyOf(waiting);
      waiting.clear();
      inUse += served.size();
    }
    for (CompletableFuture<Lease> lease : served) {
      if (!lease.complete(new Lease(this, open))) {
        release();
      }
    }
  }

  /** An open session for the registry's own requests; none while no instance is open. */
  public Optional<UpstreamSession> session() {
    return Optional.ofNullable(pick());
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
            UpstreamSession session = home.opener().openOwn(endpoint(), initialize);
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
    instances.stream()
        .map(Instance::session)
        .filter(ChannelSession.class::isInstance)
        .forEach(session -> Objects.requireNonNull(session).close());
  }

  /** The instances at this moment. */
  public List<InstanceState> states() {
    return instances.stream().map(Instance::state).toList();
  }

  /** Since when at least one instance is open without a break. */
  public Optional<Instant> openSince() {
    return instances.stream()
        .map(Instance::openedAt)
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder());
  }

  /** The children's processes, those that serve one client included. */
  public Stream<ProcessHandle> processes() {
    Stream<UpstreamSession> shared =
        instances.stream().map(Instance::session).filter(Objects::nonNull);
    return Stream.concat(shared, own.stream()).flatMap(Upstream::process);
  }

  private static Stream<ProcessHandle> process(UpstreamSession session) {
    return session instanceof ChannelSession channel
            && channel.channel() instanceof ChildProcess child
        ? Stream.of(child.handle())
        : Stream.empty();
  }

  /** Whether an instance is open. */
  public boolean isOpen() {
    return instances.stream().anyMatch(instance -> instance.session() != null);
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
        Stream.concat(
            instances.stream().map(Instance::close), own.stream().map(session -> session.closed()));
    CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
    own.forEach(UpstreamSession::close);
    return all;
  }
}
