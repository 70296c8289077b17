package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.upstream.Upstream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Follows the advice for stdio connections that may have more instances than they must: at once
 * upward, and downward only when fewer have been enough for a while, one at a time.
 */
public final class Autoscaler {
  /** After a change upward the next one waits until it shows. */
  static final Duration UP_PAUSE = Duration.ofSeconds(10);

  /** So long fewer must have been enough, and so long lies between two steps downward. */
  static final Duration DOWN_PAUSE = Duration.ofSeconds(60);

  private final Connections connections;
  private final Function<String, Optional<Upstream>> upstreams;
  private final Advisor advisor;
  private final InstantSource clock;

  /** When a connection was changed last, or last needed what it has. */
  private final Map<String, Instant> changed = new ConcurrentHashMap<>();

  /** Scales the upstreams that {@code upstreams} finds by their connections' ids. */
  public Autoscaler(
      Connections connections,
      Function<String, Optional<Upstream>> upstreams,
      Advisor advisor,
      InstantSource clock) {
    this.connections = connections;
    this.upstreams = upstreams;
    this.advisor = advisor;
    this.clock = clock;
  }

  /** Looks at all connections; called every few seconds. */
  public void tick() {
    changed.keySet().removeIf(id -> upstreams.apply(id).isEmpty());
    for (Connection connection : connections.all()) {
      Instances bounds = connection.registration().instances();
      if (connection.isServer() && !connection.isDisconnected() && bounds.max() > bounds.min()) {
        upstreams
            .apply(connection.id())
            .filter(Upstream::isProcess)
            .ifPresent(upstream -> scale(connection, upstream, bounds));
      }
    }
  }

  private void scale(Connection connection, Upstream upstream, Instances bounds) {
    int have = upstream.instances().size();
    int next = next(connection.id(), have, bounds);
    if (next != have) {
      upstream.scaleTo(next);
    }
  }

  /** How many instances a connection that has {@code have} shall have from now on. */
  int next(String connectionId, int have, Instances bounds) {
    int needed = Math.clamp(advisor.needed(connectionId), bounds.min(), bounds.max());
    Instant now = clock.instant();
    Instant since = changed.computeIfAbsent(connectionId, _ -> now.minus(UP_PAUSE));
    boolean up = needed > have && !now.isBefore(since.plus(UP_PAUSE));
    boolean down = needed < have && !now.isBefore(since.plus(DOWN_PAUSE));
    if (up || down || needed == have) {
      changed.put(connectionId, up || down || have > bounds.min() ? now : since);
    }
    return up ? needed : down ? have - 1 : have;
  }
}
