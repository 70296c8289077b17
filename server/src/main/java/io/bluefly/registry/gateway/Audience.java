package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Who listens where, and what they hear: at a connection what its server says, at pools that their
 * lists have changed once the catalogue has.
 */
final class Audience {
  private final Connections connections;
  private final PoolCatalogue offers;
  private final Catalogue catalogue;
  private final Map<Address, Set<Hearer>> hearers = new ConcurrentHashMap<>();

  Audience(Connections connections, PoolCatalogue offers, Catalogue catalogue, EventBus bus) {
    this.connections = connections;
    this.offers = offers;
    this.catalogue = catalogue;
    bus.subscribe(UpstreamEvent.Notified.class, e -> notified(e.connectionId(), e.message()));
    bus.subscribe(CapabilityEvent.Changed.class, e -> changed(e.connectionId(), e.kinds()));
    bus.subscribe(
        CapabilityEvent.DefinitionsApproved.class,
        e -> changed(e.connectionId(), Set.of(Kind.TOOL)));
    bus.subscribe(ConnectionEvent.class, this::moved);
  }

  void add(Hearer hearer) {
    hearers.compute(
        hearer.address(),
        (_, known) -> {
          Set<Hearer> all = known == null ? ConcurrentHashMap.newKeySet() : known;
          all.add(hearer);
          return all;
        });
  }

  void remove(Hearer hearer) {
    hearers.computeIfPresent(
        hearer.address(),
        (_, all) -> {
          all.remove(hearer);
          return all.isEmpty() ? null : all;
        });
  }

  /** All who listen at an address that covers {@code connection}. */
  Stream<Hearer> of(Connection connection) {
    return Stream.concat(at(new OneConnection(connection.id()), connection), atPools(connection));
  }

  private Stream<Hearer> atPools(Connection connection) {
    return Stream.concat(
        at(new OnePool(connection.registration().pool()), connection),
        at(new AllPools(), connection));
  }

  /** Those at the address who may see the connection. */
  private Stream<Hearer> at(Address address, Connection connection) {
    return hearers.getOrDefault(address, Set.of()).stream()
        .filter(hearer -> hearer.principal().scope().covers(connection.id(), pool(connection)));
  }

  /** Tells who listens what a connection's server has said of itself. */
  void notified(String connectionId, RpcMessage message) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection != null) {
      // A pool's list is the catalogue's, and changes when that has been read again.
      boolean list = message.method().endsWith("/list_changed");
      Stream<Hearer> those =
          list ? at(new OneConnection(connectionId), connection) : of(connection);
      those.forEach(hearer -> hearer.hear(connectionId, message));
    }
  }

  private void changed(String connectionId, Set<Kind> kinds) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection != null) {
      offers.afterRefresh(() -> tellPools(connection, kinds));
      if (catalogue.isChecked() && kinds.contains(Kind.TOOL)) {
        // Here, too, the list is the catalogue's, and later than what the server has said.
        RpcMessage message = listChanged(Kind.TOOL.feature());
        at(new OneConnection(connectionId), connection)
            .forEach(each -> each.hear(connectionId, message));
      }
    }
  }

  /** A member that comes, goes, or changes what it declares changes the lists of its pool. */
  private void moved(ConnectionEvent event) {
    Set<Kind> all = Set.of(Kind.values());
    switch (event) {
      case ConnectionEvent.Updated updated -> {
        if (offersOther(updated.before(), updated.connection())) {
          offers.afterRefresh(() -> {
            tellPools(updated.connection(), all);
            if (!pool(updated.before()).equals(pool(updated.connection()))) {
              tellPools(updated.before(), all);
            }
          });
        }
      }
      case ConnectionEvent.Disconnected gone ->
          offers.afterRefresh(() -> tellPools(gone.connection(), all));
      case ConnectionEvent.Registered _ -> {} // Its lists are not known yet.
      case ConnectionEvent.StatusChanged _ -> {} // What is away for a while stays in the lists.
      case ConnectionEvent.Purged _ -> {}
    }
  }

  private static String pool(Connection connection) {
    return connection.registration().pool();
  }

  private static boolean offersOther(Connection before, Connection after) {
    Registration was = before.registration();
    Registration is = after.registration();
    return before.status() != after.status()
        || !was.pool().equals(is.pool())
        || !Objects.equals(was.capabilities(), is.capabilities());
  }

  private static RpcMessage listChanged(String feature) {
    return RpcMessage.ofOwn(
        RpcReply.notification("notifications/" + feature + "/list_changed", "{}"));
  }

  private void tellPools(Connection connection, Set<Kind> kinds) {
    Set<String> features = new TreeSet<>();
    kinds.forEach(kind -> features.add(kind.feature()));
    for (String feature : features) {
      RpcMessage message = listChanged(feature);
      atPools(connection).forEach(hearer -> hearer.hear(connection.id(), message));
    }
  }
}
