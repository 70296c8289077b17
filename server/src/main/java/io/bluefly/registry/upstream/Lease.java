package io.bluefly.registry.upstream;

import java.util.concurrent.atomic.AtomicBoolean;

/** The right to use an upstream for one call. Whoever acquires must complete, once, at its end. */
public final class Lease {
  private final Upstream upstream;
  private final InFlight calls;
  private final UpstreamSession session;
  private final AtomicBoolean completed = new AtomicBoolean();

  Lease(Upstream upstream, InFlight calls, UpstreamSession session) {
    this.upstream = upstream;
    this.calls = calls;
    this.session = session;
  }

  /** The session to use. */
  public UpstreamSession session() {
    return session;
  }

  /** The upstream that it belongs to. */
  public Upstream upstream() {
    return upstream;
  }

  /** The call has ended. Later calls of this method do nothing. */
  public void complete() {
    if (completed.compareAndSet(false, true)) {
      calls.end();
      upstream.release();
    }
  }
}
