package io.bluefly.registry.health;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.metrics.ConnectionCounts;
import java.util.HashMap;
import java.util.Map;

/** Counts connections. */
public final class Census {
  private Census() {}

  /** How many connections there are of each status, and of each health; zeros included. */
  public static ConnectionCounts take(Connections connections, HealthMonitor health) {
    Map<String, Integer> byStatus = new HashMap<>();
    for (ConnectionStatus status : ConnectionStatus.values()) {
      byStatus.put(status.wire(), 0);
    }
    Map<String, Integer> byHealth = new HashMap<>();
    for (HealthStatus status : HealthStatus.values()) {
      byHealth.put(status.wire(), 0);
    }
    for (Connection connection : connections.all()) {
      byStatus.merge(connection.status().wire(), 1, Integer::sum);
      if (!connection.isDisconnected()) {
        byHealth.merge(health.of(connection).status().wire(), 1, Integer::sum);
      }
    }
    return new ConnectionCounts(byStatus, byHealth);
  }
}
