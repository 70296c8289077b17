package io.bluefly.registry.transfer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.RegistrationJson;
import java.util.List;

/** The registry's connections as they were registered, without any secret. */
public final class Export {
  private Export() {}

  /** The registrations of all connections that are not disconnected, in their order. */
  public static List<ObjectNode> of(Connections connections) {
    return connections.all().stream()
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
