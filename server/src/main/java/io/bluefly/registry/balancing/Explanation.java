package io.bluefly.registry.balancing;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom a pool's next call would go to, and why.
 *
 * @param strategy how the pool picks
 * @param picked the connection that would take the call now; null when the call would wait, or
 *     where that is left to chance
 * @param why one sentence
 * @param waiting calls that wait already
 * @param candidates the instances that could serve it, the best first
 */
public record Explanation(
    StrategyName strategy,
    @Nullable String picked,
    String why,
    int waiting,
    List<Candidate> candidates) {
  /** Copies the candidates. */
  public Explanation {
    candidates = List.copyOf(candidates);
  }

  /**
   * An instance that could serve the call.
   *
   * @param instance which of the connection's instances it is, 1 and up
   * @param available whether it would be considered now
   * @param reason why it is not, or what the strategy says of it
   * @param cost what the strategy goes by: the least wins; null when it is not considered
   * @param load calls in flight over capacity, smoothed
   * @param latency of the tool here, in ms; null when it was not measured
   * @param ejectedUntil until when it is out of rotation; null when it is not
   * @param slowStart the share of its usual load that it is given, 0..1; 1 when it is up for long
   */
  public record Candidate(
      String connectionId,
      String name,
      int instance,
      boolean available,
      String reason,
      @Nullable Double cost,
      double load,
      int inFlight,
      int capacity,
      int weight,
      @Nullable Double latency,
      @Nullable Instant ejectedUntil,
      double slowStart) {}
}
