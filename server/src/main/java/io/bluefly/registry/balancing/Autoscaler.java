package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.upstream.Upstream;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

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
  private final Upstreams upstreams;
  private final Advisor advisor;
  private final InstantSource clock;

  /** When a connection was changed last, or last needed what it has. */
  private final Map<String, Instant> changed = new ConcurrentHashMap<>();

  /** Scales what {@code upstreams} runs. */
  public Autoscaler(
      Connections connections, Upstreams upstreams, Advisor advisor, InstantSource clock) {
    this.connections = connections;
    this.upstreams = upstreams;
    this.advisor = advisor;
    this.clock = clock;
  }

  /** Looks at all connections; called every few seconds. */
  public void tick() {
    changed.keySet().removeIf(id -> upstreams.find(id).isEmpty());
    for (Connection connection : connections.all()) {
      Instances bounds = connection.registration().instances();
      if (connection.isServer() && !connection.isDisconnected() && bounds.max() > bounds.min()) {
        upstreams
            .find(connection.id())
            .filter(Upstream::isProcess)
            .ifPresent(upstream -> scale(connection, upstream, bounds));
      }
    }
  }

  private void scale(Connection connection, Upstream upstream, Instances bounds) {
    int have = upstream.instances().size();
    int needed = Math.clamp(advisor.needed(connection.id()), bounds.min(), bounds.max());
    Instant now = clock.instant();
    Instant since = changed.computeIfAbsent(connection.id(), _ -> now.minus(UP_PAUSE));
    if (needed > have && !now.isBefore(since.plus(UP_PAUSE))) {
      upstream.scaleTo(needed);
      changed.put(connection.id(), now);
    } else if (needed < have && !now.isBefore(since.plus(DOWN_PAUSE))) {
      upstream.scaleTo(have - 1);
      changed.put(connection.id(), now);
    } else if (needed == have && have > bounds.min()) {
      changed.put(connection.id(), now);
    }
  }
}
