package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.security.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What pools offer, put together from the catalogue and never by asking a server. Few connections
 * are put together when somebody asks; many in the background, one time for all that has changed
 * meanwhile, so that whoever asks never waits.
 */
public final class PoolCatalogue {
  /** What takes longer to put together is not done while somebody waits. */
  private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  /** Scopes for which the part of the offers that they cover is remembered. */
  private static final int MAX_SCOPES = 1_000;

  /** What there was to offer at a moment, and the parts of it that scopes cover, as they ask. */
  private record Snapshot(
      PoolOffers offers, long version, long nanos, Map<Scope, PoolOffers> parts) {
    Snapshot(PoolOffers offers, long version, long nanos) {
      this(offers, version, nanos, new ConcurrentHashMap<>());
    }
  }

  private final Connections connections;
  private final Catalogue catalogue;
  private final Executor executor;
  private final AtomicLong version = new AtomicLong();
  private final ReentrantLock building = new ReentrantLock();
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private volatile Snapshot snapshot;

  /** Follows the catalogue and the connections from now on; works on {@code executor}. */
  public PoolCatalogue(
      Connections connections, Catalogue catalogue, EventBus bus, Executor executor) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.executor = executor;
    this.snapshot = new Snapshot(new PoolOffers(List.of(), catalogue), -1, 0);
    bus.subscribe(ConnectionEvent.class, this::changed);
    bus.subscribe(CapabilityEvent.class, _ -> changed());
  }

  /** Servers come and go all the time, and stay in the lists. */
  private void changed(ConnectionEvent event) {
    boolean same =
        event instanceof ConnectionEvent.StatusChanged moved
            && mayTakeCalls(moved.before()) == mayTakeCalls(moved.connection().status());
    if (!same) {
      changed();
    }
  }

  private void changed() {
    version.incrementAndGet();
    if (snapshot.nanos > QUICK_NANOS) {
      afterRefresh(() -> {});
    }
  }

  /** What pools offer now. */
  public PoolOffers now() {
    return present().offers;
  }

  private Snapshot present() {
    Snapshot known = snapshot;
    boolean quick = known.nanos <= QUICK_NANOS;
    if (known.version == version.get() || !quick || !building.tryLock()) {
      return known;
    }
    try {
      return build();
    } finally {
      building.unlock();
    }
  }

  /** What pools offer now to those who may see {@code scope}. */
  public PoolOffers now(Scope scope) {
    Snapshot present = present();
    return scope.isAll() ? present.offers : part(present, scope);
  }

  private PoolOffers part(Snapshot present, Scope scope) {
    PoolOffers known = present.parts.get(scope);
    if (known != null) {
      return known;
    }
    PoolOffers covered = present.offers.within(scope, connections::find, catalogue);
    if (present.parts.size() >= MAX_SCOPES) {
      present.parts.clear();
    }
    present.parts.put(scope, covered);
    return covered;
  }

  /** Has {@code action} run once {@link #now} knows all that has changed until this moment. */
  public void afterRefresh(Runnable action) {
    waiting.add(action);
    if (refreshing.compareAndSet(false, true)) {
      executor.execute(this::refresh);
    }
  }

  private void refresh() {
    List<Runnable> served = new ArrayList<>();
    for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
      served.add(next);
    }
    building.lock();
    try {
      build();
    } finally {
      building.unlock();
      refreshing.set(false);
    }
    served.forEach(Runnable::run);
    if (!waiting.isEmpty() && refreshing.compareAndSet(false, true)) {
      executor.execute(this::refresh);
    }
  }

  private Snapshot build() {
    long before = version.get();
    Snapshot known = snapshot;
    if (known.version == before) {
      return known;
    }
    long began = System.nanoTime();
    List<Connection> members =
        connections.all().stream().filter(PoolCatalogue::mayTakeCalls).toList();
    PoolOffers offers = new PoolOffers(members, catalogue);
    Snapshot fresh = new Snapshot(offers, before, System.nanoTime() - began);
    snapshot = fresh;
    return fresh;
  }

  /** A server in error is away for a while; what it offers stays in the lists. */
  private static boolean mayTakeCalls(Connection connection) {
    return connection.isServer() && mayTakeCalls(connection.status());
  }

  private static boolean mayTakeCalls(ConnectionStatus status) {
    return status == ConnectionStatus.ACTIVE || status == ConnectionStatus.ERROR;
  }
}
