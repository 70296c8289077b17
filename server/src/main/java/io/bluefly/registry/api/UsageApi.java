package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.balancing.Loads;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Usage;
import io.bluefly.registry.metrics.UsageReports;
import java.util.ArrayList;
import java.util.List;

/** Reports of clients that call servers without the registry. */
final class UsageApi {
  private static final String ANONYMOUS = "anonymous";

  private final Connections connections;
  private final CallMetrics metrics;
  private final UsageReports reports;
  private final Loads loads;

  UsageApi(Connections connections, CallMetrics metrics, UsageReports reports, Loads loads) {
    this.connections = connections;
    this.metrics = metrics;
    this.reports = reports;
    this.loads = loads;
  }

  /** What counts after a report. */
  record Counted(
      String connectionId, int reporters, int reportedInFlight, int activeRequests, double load) {}

  Reply report(Request request) {
    Connection connection =
        callable(Visible.to(request, connections).get(request.text("connectionId")));
    Usage usage = usage(request.body());
    String id = connection.id();
    // Nobody reports in another's name.
    String reporter =
        request.principal().id() + "/" + request.body().path("reporter").asText(ANONYMOUS);
    reports.report(id, reporter, usage.inFlight());
    metrics.record(id, connection.registration().pool(), usage);
    loads.report(connection, usage);
    Loads.Load now = loads.of(connection);
    return Reply.ok(
        new Counted(
            id,
            reports.reporters(id),
            reports.inFlight(id),
            now.activeRequests(),
            Views.rounded(now.load())));
  }

  private static Connection callable(Connection connection) {
    String id = connection.id();
    if (connection.isDisconnected()) {
      throw new ProblemException(
          Problems.gone("Connection " + id + " is disconnected: nobody can call it"));
    }
    if (!connection.isServer()) {
      throw new ProblemException(
          Problems.gone("Connection " + id + " is a client: only servers are called"));
    }
    return connection;
  }

  private static Usage usage(JsonNode body) {
    long requests = body.path("requests").asLong();
    long errors = body.path("errors").asLong();
    List<Double> latencies = new ArrayList<>();
    body.path("latencies").forEach(ms -> latencies.add(ms.asDouble()));
    List<Violation> violations = new ArrayList<>();
    if (errors > requests) {
      violations.add(atMost("body/errors", "must not be more than requests, which is ", requests));
    }
    if (latencies.size() > requests) {
      violations.add(
          atMost(
              "body/latencies", "must not be more than there are requests, which is ", requests));
    }
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.invalid(violations));
    }
    return new Usage(body.path("inFlight").asInt(), requests, errors, latencies);
  }

  private static Violation atMost(String field, String message, long most) {
    return new Violation(field, message + most, null);
  }
}
