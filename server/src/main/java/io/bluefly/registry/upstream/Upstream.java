package io.bluefly.registry.upstream;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All instances of one connection's server. */
public final class Upstream {
  private final Connection connection;
  private final Upstreams home;
  private volatile List<Instance> instances = List.of();
  private final AtomicInteger next = new AtomicInteger();

  private final Set<UpstreamSession> own = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  Upstream(Connection connection, Upstreams home) {
    this.connection = connection;
    this.home = home;
  }

  /** Makes the instances, which {@link #start} then opens. */
  void create(Supplier<Instance> make) {
    int count =
        endpoint() instanceof StdioEndpoint ? connection.registration().instances().min() : 1;
    instances = Stream.generate(make).limit(count).toList();
  }

  void start() {
    instances.forEach(Instance::start);
  }

  /** The instances now, those that are not open included; never changes itself. */
  public List<Instance> instances() {
    return instances;
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

  private @Nullable UpstreamSession pick() {
    List<Instance> now = instances;
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
    instances.stream()
        .filter(instance -> instance.inFlight().count() == 0)
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
    closing = true;
    CompletableFuture<?>[] ends =
        instances.stream()
            .map(instance -> instance.inFlight().drain())
            .toArray(CompletableFuture[]::new);
    CompletableFuture<Void> drained = CompletableFuture.allOf(ends);
    if (patience.isZero()) {
      drained.complete(null);
    }
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
