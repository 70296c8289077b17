package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.upstream.Upstream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Follows the advice for stdio connections that may have more instances than they must: at once
 * upward, and downward only when fewer have been enough for a while, one at a time.
 */
public final class Autoscaler {
  /** After a change upward the next one waits until it shows. */
  static final Duration UP_PAUSE = Duration.ofSeconds(10);

  /** So long fewer must have been enough, and so long lies between two steps downward. */
  static final Duration DOWN_PAUSE = Duration.ofSeconds(60);

  private final Supplier<List<Upstream>> stdio;
  private final Advisor advisor;
  private final InstantSource clock;

  /** When a connection was changed last, or last needed what it has. */
  private final Map<String, Instant> changed = new ConcurrentHashMap<>();

  /** Scales the upstreams of child processes that {@code stdio} gives. */
  public Autoscaler(Supplier<List<Upstream>> stdio, Advisor advisor, InstantSource clock) {
    this.stdio = stdio;
    this.advisor = advisor;
    this.clock = clock;
  }

  /** Looks at all that may scale; called every few seconds. */
  public void tick() {
    List<Upstream> scaling =
        stdio.get().stream().filter(one -> one.bounds().max() > one.bounds().min()).toList();
    changed
        .keySet()
        .retainAll(scaling.stream().map(Upstream::connectionId).collect(Collectors.toSet()));
    scaling.forEach(this::scale);
  }

  private void scale(Upstream upstream) {
    int have = upstream.instances().size();
    int next = next(upstream.connectionId(), have, upstream.bounds());
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
