package io.bluefly.registry.balancing;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How calls are spread in a pool.
 *
 * @param order names of connections, whom {@code priority} tries first; members that are not in it
 *     come after those that are, in the order of their registration
 * @param stickyBy what calls have in common that {@code sticky} sends to the same connection
 * @param argument a member of a tool's arguments, a string or number, where {@code stickyBy} is
 *     {@code argument}
 * @param hedgeAfter how long a call of a read-only tool is waited for until it is sent to a second
 *     connection as well, over 0; null: never
 */
public record PoolSettings(
    StrategyName strategy,
    List<String> order,
    StickyBy stickyBy,
    @Nullable String argument,
    @Nullable Duration hedgeAfter) {
  /** A pool of which nothing was said. */
  public static final PoolSettings DEFAULT =
      new PoolSettings(StrategyName.LEAST_LOADED, List.of(), StickyBy.SESSION, null, null);

  /** What calls can have in common. */
  public enum StickyBy {
    /** The client's session; without sessions, its principal. */
    SESSION,
    /** Who the client is. */
    PRINCIPAL,
    /** The value of an argument. */
    ARGUMENT;

    /** The name in the API. */
    @JsonValue
    public String wire() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** What has this name in the API. */
    public static Optional<StickyBy> of(String wire) {
      return Arrays.stream(values()).filter(by -> by.wire().equals(wire)).findFirst();
    }
  }

  /** Copies the order; checks the ranges. */
  public PoolSettings {
    order = List.copyOf(order);
    if (stickyBy == StickyBy.ARGUMENT && (argument == null || argument.isEmpty())) {
      throw new IllegalArgumentException("stickyBy argument needs the argument's name");
    }
    if (hedgeAfter != null && !hedgeAfter.isPositive()) {
      throw new IllegalArgumentException("hedgeAfter must be over 0");
    }
  }

  /** The same with another strategy. */
  PoolSettings with(StrategyName other) {
    return new PoolSettings(other, order, stickyBy, argument, hedgeAfter);
  }
}
