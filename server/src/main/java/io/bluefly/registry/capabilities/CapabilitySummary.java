package io.bluefly.registry.capabilities;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.CallTotals;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One capability over all connections.
 *
 * @param providers connections that are found by it
 * @param totalRequests calls of it at these connections, restarts of the registry included
 * @param averageLatency mean of those calls, in ms
 */
public record CapabilitySummary(
    String name,
    Capability.Kind kind,
    @Nullable String description,
    int providers,
    long totalRequests,
    double averageLatency) {

  /** Every capability of {@code connections} that are not disconnected, by name. */
  public static List<CapabilitySummary> of(
      Collection<Connection> connections, Catalogue catalogue, CallMetrics metrics) {
    Map<String, Sum> sums = new TreeMap<>();
    for (Connection connection : connections) {
      if (!connection.isDisconnected()) {
        Map<String, CallTotals> totals = metrics.capabilities(connection.id());
        for (String name : catalogue.names(connection)) {
          sums.computeIfAbsent(name, _ -> new Sum())
              .add(totals.getOrDefault(name, CallTotals.NONE));
        }
        for (Capability capability : catalogue.of(connection)) {
          sums.computeIfAbsent(capability.name(), _ -> new Sum()).describe(capability);
        }
      }
    }
    return sums.entrySet().stream().map(e -> e.getValue().summary(e.getKey())).toList();
  }

  /** The {@code count} capabilities that are called most, of those that are called at all. */
  public static List<CapabilitySummary> mostUsed(List<CapabilitySummary> all, int count) {
    return all.stream()
        .filter(c -> c.totalRequests() > 0)
        .sorted(Comparator.comparingLong(CapabilitySummary::totalRequests).reversed())
        .limit(count)
        .toList();
  }

  private static final class Sum {
    private int providers;
    private CallTotals calls = CallTotals.NONE;
    private Capability.Kind kind = Capability.Kind.TOOL;
    private @Nullable String description;

    void add(CallTotals more) {
      providers++;
      calls = calls.plus(more);
    }

    void describe(Capability capability) {
      if (description == null && capability.verified()) {
        kind = capability.kind();
        description = capability.description();
      }
    }

    CapabilitySummary summary(String name) {
      return new CapabilitySummary(
          name, kind, description, providers, calls.requests(), calls.averageLatency());
    }
  }
}
