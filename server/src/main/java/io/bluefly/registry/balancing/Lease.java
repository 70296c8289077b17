package io.bluefly.registry.balancing;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.upstream.UpstreamSession;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to use an instance for one call. Whoever acquires it must end it, once: with the
 * outcome of the call, or given back when there was no call.
 */
public final class Lease {
  private final Balancer balancer;
  private final Pool pool;
  private final Member member;
  private final UpstreamSession session;
  private final String tool;
  private final long began;
  private final AtomicBoolean ended = new AtomicBoolean();

  Lease(
      Balancer balancer,
      Pool pool,
      Member member,
      UpstreamSession session,
      String tool,
      long began) {
    this.balancer = balancer;
    this.pool = pool;
    this.member = member;
    this.session = session;
    this.tool = tool;
    this.began = began;
  }

  /** The connection, as it was when the lease was taken. */
  public Connection connection() {
    return member.connection();
  }

  /** The session to use. */
  public UpstreamSession session() {
    return session;
  }

  Member member() {
    return member;
  }

  /** The call has ended. Later calls of this method or of {@link #giveBack} do nothing. */
  public void complete(Outcome outcome) {
    if (ended.compareAndSet(false, true)) {
      long now = balancer.nanos();
      String why = member.ended(tool, began, now, outcome);
      if (why != null) {
        balancer.eject(pool, member, why);
      }
      pool.queue().serve(now);
    }
  }

  /** No call was sent. */
  public void giveBack() {
    if (ended.compareAndSet(false, true)) {
      long now = balancer.nanos();
      member.gaveBack(now);
      pool.queue().serve(now);
    }
  }
}
