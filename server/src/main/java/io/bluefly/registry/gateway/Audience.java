package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.CapabilityEvent;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionEvent;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.upstream.UpstreamEvent;
import java.util.Map;
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
  private final Map<Address, Set<Hearer>> hearers = new ConcurrentHashMap<>();

  Audience(Connections connections, EventBus bus) {
    this.connections = connections;
    bus.subscribe(UpstreamEvent.Notified.class, e -> notified(e.connectionId(), e.message()));
    bus.subscribe(CapabilityEvent.Changed.class, e -> changed(e.connectionId(), e.kinds()));
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
    return Stream.concat(at(new OneConnection(connection.id())), atPools(connection));
  }

  private Stream<Hearer> atPools(Connection connection) {
    return Stream.concat(at(new OnePool(connection.registration().pool())), at(new AllPools()));
  }

  private Stream<Hearer> at(Address address) {
    return hearers.getOrDefault(address, Set.of()).stream();
  }

  /** Tells who listens what a connection's server has said of itself. */
  void notified(String connectionId, RpcMessage message) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection != null) {
      // A pool's list is the catalogue's, and changes when that has been read again.
      boolean list = message.method().endsWith("/list_changed");
      Stream<Hearer> those = list ? at(new OneConnection(connectionId)) : of(connection);
      those.forEach(hearer -> hearer.hear(connectionId, message));
    }
  }

  private void changed(String connectionId, Set<Kind> kinds) {
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection != null) {
      tellPools(connection, kinds);
    }
  }

  /** A member comes, goes, or changes its pool or what it declares: the lists may have changed. */
  private void moved(ConnectionEvent event) {
    switch (event) {
      case ConnectionEvent.Updated updated -> {
        boolean otherPool =
            !updated
                .before()
                .registration()
                .pool()
                .equals(updated.connection().registration().pool());
        if (otherPool) {
          tellPools(updated.before(), Set.of(Kind.values()));
        }
        tellPools(updated.connection(), Set.of(Kind.values()));
      }
      case ConnectionEvent.Disconnected gone -> tellPools(gone.connection(), Set.of(Kind.values()));
      case ConnectionEvent.Registered _ -> {}
      case ConnectionEvent.StatusChanged _ -> {}
      case ConnectionEvent.Purged _ -> {}
    }
  }

  private void tellPools(Connection connection, Set<Kind> kinds) {
    Set<String> features = new TreeSet<>();
    kinds.forEach(kind -> features.add(kind.feature()));
    for (String feature : features) {
      RpcMessage message =
          RpcMessage.ofOwn(
              RpcReply.notification("notifications/" + feature + "/list_changed", "{}"));
      atPools(connection).forEach(hearer -> hearer.hear(connection.id(), message));
    }
  }
}
