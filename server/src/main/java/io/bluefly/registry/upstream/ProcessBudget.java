package io.bluefly.registry.upstream;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many child processes may run at once. A place is taken before a process is started and given
 * back when it is really gone, not when it was told to end.
 */
final class ProcessBudget {
  /** The right to have one process. */
  final class Place {
    private final AtomicBoolean taken = new AtomicBoolean(true);

    /** The process is gone, or was never there. */
    void giveBack() {
      if (taken.compareAndSet(true, false)) {
        running.decrementAndGet();
      }
    }
  }

  private final int most;
  private final AtomicInteger running = new AtomicInteger();

  /** Processes that may run at once; at least one. */
  ProcessBudget(int most) {
    this.most = Math.max(1, most);
  }

  /**
   * Takes a place.
   *
   * @throws UpstreamException when all are taken
   */
  Place take() throws UpstreamException {
    int now = running.getAndUpdate(count -> Math.min(most, count + 1));
    if (now >= most) {
      throw new UpstreamException(
          FailureReason.PROCESS_BUDGET,
          "all "
              + most
              + " processes that the registry may run are in use: disconnect what is not needed,"
              + " or raise upstream.max-processes");
    }
    return new Place();
  }

  /** Places that are taken. */
  int taken() {
    return running.get();
  }
}
