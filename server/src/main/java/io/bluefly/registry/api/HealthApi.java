package io.bluefly.registry.api;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.health.Diagnostics;
import io.bluefly.registry.health.Health;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.upstream.FailureReason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Checking connections. */
final class HealthApi {
  private final Connections connections;
  private final HealthMonitor monitor;
  private final Diagnostics diagnostics;

  HealthApi(Connections connections, HealthMonitor monitor, Diagnostics diagnostics) {
    this.connections = connections;
    this.monitor = monitor;
    this.diagnostics = diagnostics;
  }

  /** What a check found. */
  record CheckResult(String connectionId, CheckedHealth health, Diagnostics.Findings diagnostics) {}

  /** Health as a check found it; {@code responseTime} in ms. */
  record CheckedHealth(
      HealthStatus status,
      @Nullable Long responseTime,
      Instant timestamp,
      @Nullable FailureReason reason,
      @Nullable String message) {}

  Reply check(Request request) {
    Connection connection = connections.get(request.text("connectionId"));
    if (connection.isDisconnected()) {
      throw new ProblemException(
          Problems.gone("Connection " + connection.id() + " is disconnected: nothing to check"));
    }
    Health health = monitor.check(connection);
    return Reply.ok(
        new CheckResult(
            connection.id(),
            new CheckedHealth(
                health.status(),
                health.responseTime(),
                health.lastCheck(),
                health.reason(),
                health.message()),
            diagnostics.of(connection)));
  }
}
