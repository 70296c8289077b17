package io.bluefly.registry.api;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.RegistryException;
import io.bluefly.registry.security.Scope;
import java.util.List;
import java.util.stream.Stream;

/** The connections that whoever asks may see; the others are not there for them. */
record Visible(Connections connections, Scope scope) {
  static Visible to(Request request, Connections connections) {
    return new Visible(connections, request.principal().scope());
  }

  boolean has(Connection connection) {
    return scope.covers(connection.id(), connection.registration().pool());
  }

  /** All of them, tombstones included, in the order of registration. */
  List<Connection> all() {
    return connections.all().stream().filter(this::has).toList();
  }

  /** The servers among them that are not disconnected. */
  Stream<Connection> servers() {
    return connections.all().stream().filter(c -> c.isServer() && !c.isDisconnected() && has(c));
  }

  /**
   * The connection of that id.
   *
   * @throws RegistryException.NotFound when there is none that may be seen
   */
  Connection get(String id) {
    return connections
        .find(id)
        .filter(this::has)
        .orElseThrow(() -> new RegistryException.NotFound(id));
  }
}
