package io.bluefly.registry.balancing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;

/**
 * Advice on a pool, and the figures that it rests on.
 *
 * @param reason one sentence with the arithmetic in it
 * @param suggestedConnections how many more (scale-up) or fewer (scale-down) servers of the size of
 *     those that are there the pool needs; how many to replace; 0 for a rebalance
 * @param connectionIds the connections that it is about
 */
public record Recommendation(
    Action action,
    String pool,
    String reason,
    int suggestedConnections,
    List<String> connectionIds,
    Figures figures) {
  /** Copies the ids. */
  public Recommendation {
    connectionIds = List.copyOf(connectionIds);
  }

  /** What to do. */
  public enum Action {
    /** More servers are needed. */
    SCALE_UP,
    /** Fewer would do. */
    SCALE_DOWN,
    /** Some have much to do and others little. */
    REBALANCE,
    /** A server fails its calls. */
    REPLACE;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * What a pool did in the last minute.
   *
   * @param arrivalRate calls that came, per second (λ)
   * @param serviceTime time in flight of a call, in ms (W)
   * @param concurrency calls in flight at once that follow from these (L = λ · W), or that are in
   *     flight where those are more
   * @param capacity calls that the open instances take at once
   * @param utilization concurrency over capacity
   * @param instances open instances
   * @param waiting calls that wait for a place
   * @param errorRate share of calls that ended in vain, of the connections that it is about
   */
  public record Figures(
      double arrivalRate,
      double serviceTime,
      double concurrency,
      int capacity,
      double utilization,
      int instances,
      int waiting,
      double errorRate) {}
}
