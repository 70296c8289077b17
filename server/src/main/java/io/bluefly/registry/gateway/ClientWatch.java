package io.bluefly.registry.gateway;

import io.bluefly.registry.security.LimitSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Looks at all connections of clients on one event loop, tick by tick, and has those closed that do
 * not go on. One look at all costs less than a timer for each request. Lives on that event loop.
 */
final class ClientWatch {
  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);

  /** Ticks in the shortest time-out. */
  private static final int FINENESS = 4;

  private final Duration tick;
  private final Pace.Ticks limits;
  private final Set<ClientWire> wires = new LinkedHashSet<>();
  private int now;

  ClientWatch(LimitSettings settings) {
    this.tick = tick(settings);
    this.limits = Pace.Ticks.of(settings, tick);
  }

  private static Duration tick(LimitSettings settings) {
    Duration shortest =
        Stream.of(
                settings.headerTimeout(),
                settings.bodyTimeout(),
                settings.idleTimeout(),
                settings.unreadTimeout())
            .min(Duration::compareTo)
            .orElse(LONGEST_TICK)
            .dividedBy(FINENESS);
    return shortest.compareTo(LONGEST_TICK) < 0 ? shortest : LONGEST_TICK;
  }

  /** How long a tick is. */
  Duration length() {
    return tick;
  }

  /** Ticks since the beginning. */
  int now() {
    return now;
  }

  /** How a connection gets on that has just been opened. */
  Pace pace() {
    return new Pace(this, limits);
  }

  void add(ClientWire wire) {
    wires.add(wire);
  }

  void remove(ClientWire wire) {
    wires.remove(wire);
  }

  /** The next tick; who is closed leaves at once. */
  void tick() {
    now++;
    new ArrayList<>(wires).forEach(ClientWire::check);
  }
}
