package io.bluefly.registry.gateway;

import io.bluefly.registry.upstream.UpstreamSession.Ongoing;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way, which can be given up before its session has said how. So whoever sends it
 * tells first what is to be done when the client leaves: sending may end it, and have it made again
 * elsewhere, at once.
 */
final class SentCall implements Ongoing {
  private @Nullable Ongoing ongoing;
  private boolean cancelled;

  /** The session has it; gives it up if it was cancelled in the meantime. */
  void goesOn(Ongoing sent) {
    boolean late;
    synchronized (this) {
      ongoing = sent;
      late = cancelled;
    }
    if (late) {
      sent.cancel();
    }
  }

  @Override
  public void cancel() {
    Ongoing sent;
    synchronized (this) {
      cancelled = true;
      sent = ongoing;
    }
    if (sent != null) {
      sent.cancel();
    }
  }
}
