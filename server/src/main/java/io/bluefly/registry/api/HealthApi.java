package io.bluefly.registry.api;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.health.BatchCheck;
import io.bluefly.registry.health.Diagnostics;
import io.bluefly.registry.health.Health;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.HealthStatus;
import io.bluefly.registry.security.Permission;
import io.bluefly.registry.upstream.FailureReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checking connections. */
final class HealthApi {
  private static final String ERROR = "error";
  private static final int DEFAULT_TIMEOUT_MS = 5_000;

  private final Connections connections;
  private final HealthMonitor monitor;
  private final BatchCheck batch;
  private final Diagnostics diagnostics;

  HealthApi(
      Connections connections, HealthMonitor monitor, BatchCheck batch, Diagnostics diagnostics) {
    this.connections = connections;
    this.monitor = monitor;
    this.batch = batch;
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
    Connection connection = Visible.to(request, connections).get(request.text("connectionId"));
    Rights.requireChange(request.principal(), connection);
    requirePresent(connection);
    Health health = monitor.check(connection).health();
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

  /** Of a disconnected connection there is nothing to check. */
  static void requirePresent(Connection connection) {
    if (connection.isDisconnected()) {
      throw new ProblemException(
          Problems.gone("Connection " + connection.id() + " is disconnected: nothing to check"));
    }
  }

  /** What a batch of checks found. */
  record BatchResult(List<BatchItem> results, Summary summary) {}

  /** What it found of one connection; {@code status} is {@code error} without an answer. */
  record BatchItem(
      String connectionId, String status, @Nullable Long responseTime, @Nullable String error) {
    static BatchItem of(BatchCheck.Result result) {
      return switch (result) {
        case BatchCheck.Result.Checked checked -> of(checked);
        case BatchCheck.Result.NotBegun not ->
            new BatchItem(not.connectionId(), ERROR, null, not.why());
      };
    }

    static BatchItem of(BatchCheck.Result.Checked checked) {
      HealthStatus health = checked.health();
      String status = checked.error() != null || health == null ? ERROR : health.wire();
      return new BatchItem(checked.connectionId(), status, checked.responseTime(), checked.error());
    }
  }

  /** How many were checked, are healthy, and are not. */
  record Summary(int total, int healthy, int unhealthy) {}

  /** Those that may not be checked; the others are not concerned. */
  private Map<String, BatchItem> refused(Request request, List<String> ids) {
    Map<String, BatchItem> refused = new HashMap<>();
    Visible visible = Visible.to(request, connections);
    for (String id : ids) {
      Connection connection = connections.find(id).filter(visible::has).orElse(null);
      if (connection == null) {
        refused.put(id, new BatchItem(id, ERROR, null, "There is no connection " + id));
      } else if (!Rights.mayChange(request.principal(), connection)) {
        String why = Problems.forbidden(Permission.EXEC).detail();
        refused.put(id, new BatchItem(id, ERROR, null, why));
      }
    }
    return refused;
  }

  Reply checkBatch(Request request) {
    List<String> ids = new ArrayList<>();
    request.body().get("connectionIds").forEach(id -> ids.add(id.asText()));
    Map<String, BatchItem> refused = refused(request, ids);
    List<String> allowed = ids.stream().filter(id -> !refused.containsKey(id)).toList();
    Duration timeout = Duration.ofMillis(request.body().path("timeout").asInt(DEFAULT_TIMEOUT_MS));
    Map<String, BatchItem> checked = new HashMap<>(refused);
    batch.check(allowed, timeout, batch.deadline()).stream()
        .map(BatchItem::of)
        .forEach(item -> checked.put(item.connectionId(), item));
    List<BatchItem> results = ids.stream().map(checked::get).toList();
    int healthy =
        (int) results.stream().filter(r -> r.status().equals(HealthStatus.HEALTHY.wire())).count();
    return Reply.ok(
        new BatchResult(results, new Summary(results.size(), healthy, results.size() - healthy)));
  }
}
