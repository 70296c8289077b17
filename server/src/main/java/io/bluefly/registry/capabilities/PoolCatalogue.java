package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What pools offer: put together from the catalogue when somebody asks and something has changed,
 * never by asking a server. In a storm of changes it may be a little behind, so that putting it
 * together takes a small share of the time only.
 */
public final class PoolCatalogue {
  /** At most one part in so many of the time goes into putting it together. */
  private static final int SHARE = 10;

  private record Snapshot(PoolOffers offers, long version, long builtAt, long nanos) {}

  private final Connections connections;
  private final Catalogue catalogue;
  private final AtomicLong version = new AtomicLong();
  private final ReentrantLock building = new ReentrantLock();
  private volatile Snapshot snapshot;

  /** Follows the catalogue and the connections from now on. */
  public PoolCatalogue(Connections connections, Catalogue catalogue, EventBus bus) {
    this.connections = connections;
    this.catalogue = catalogue;
    this.snapshot = new Snapshot(new PoolOffers(List.of(), catalogue), -1, System.nanoTime(), 0);
    bus.subscribe(ConnectionEvent.class, _ -> version.incrementAndGet());
    bus.subscribe(CapabilityEvent.class, _ -> version.incrementAndGet());
  }

  /** What pools offer now. */
  public PoolOffers now() {
    Snapshot known = snapshot;
    if (isFresh(known) || !building.tryLock()) {
      return known.offers;
    }
    try {
      long before = version.get();
      long began = System.nanoTime();
      List<Connection> members =
          connections.all().stream().filter(PoolCatalogue::mayTakeCalls).toList();
      PoolOffers offers = new PoolOffers(members, catalogue);
      long ended = System.nanoTime();
      snapshot = new Snapshot(offers, before, ended, ended - began);
      return offers;
    } finally {
      building.unlock();
    }
  }

  private boolean isFresh(Snapshot known) {
    return known.version == version.get()
        || System.nanoTime() - known.builtAt < SHARE * known.nanos;
  }

  /** A server in error is away for a while; what it offers stays in the lists. */
  private static boolean mayTakeCalls(Connection connection) {
    return connection.isServer()
        && (connection.status() == ConnectionStatus.ACTIVE
            || connection.status() == ConnectionStatus.ERROR);
  }
}
