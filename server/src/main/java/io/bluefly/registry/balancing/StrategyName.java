package io.bluefly.registry.balancing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The strategies that a pool can have, by name. */
public enum StrategyName {
  /** Least calls in flight for its capacity. */
  LEAST_LOADED,
  /** One after the other. */
  ROUND_ROBIN,
  /** One after the other, each as often as its weight says. */
  WEIGHTED_ROUND_ROBIN,
  /** Any. */
  RANDOM,
  /** Whoever answers fastest. */
  LEAST_LATENCY,
  /** The first of an order that can be used. */
  PRIORITY,
  /** The same for the same session, principal or argument. */
  STICKY;

  private static final List<StrategyName> ALL = List.of(values());

  /** The name in the API, such as {@code least-loaded}. */
  @JsonValue
  public String wire() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The strategy with this name in the API. */
  public static Optional<StrategyName> of(String wire) {
    return ALL.stream().filter(strategy -> strategy.wire().equals(wire)).findFirst();
  }

  /** All names in the API. */
  public static List<String> names() {
    return ALL.stream().map(StrategyName::wire).toList();
  }
}
