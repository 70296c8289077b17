package io.bluefly.registry.transfer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.RegistrationJson;
import java.util.Collection;
import java.util.List;

/** The registry's connections as they were registered, without any secret. */
public final class Export {
  private Export() {}

  /** The registrations of those {@code connections} that are not disconnected, in their order. */
  public static List<ObjectNode> of(Collection<Connection> connections) {
    return connections.stream()
        .filter(connection -> !connection.isDisconnected())
        .map(Export::registration)
        .toList();
  }

  private static ObjectNode registration(Connection connection) {
    ObjectNode json = RegistrationJson.write(connection.registration());
    var endpoint = connection.registration().endpoint();
    if (endpoint != null) {
      json.set("endpoint", RegistrationJson.shown(endpoint));
    }
    return json;
  }
}
