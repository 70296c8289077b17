package io.bluefly.registry.upstream;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instance at one moment, for people to look at.
 *
 * @param phase where it is
 * @param server what the server said of itself, while it is open or asleep
 * @param openedAt since when it is open
 * @param nextAttemptAt when it is opened again, while it waits
 * @param restarts how often it was opened after the first time
 * @param crashLoop whether it ends soon after each opening, again and again
 * @param failure the last failure, kept after a recovery
 * @param pid the child's process, of stdio instances
 * @param stderr the last lines that the child, or the one before, wrote to its error stream
 */
public record InstanceState(
    Phase phase,
    @Nullable ServerInfo server,
    @Nullable Instant openedAt,
    @Nullable Instant nextAttemptAt,
    int restarts,
    boolean crashLoop,
    @Nullable Failure failure,
    @Nullable Long pid,
    List<String> stderr) {
  /** Where an instance is. */
  public enum Phase {
    /** Being started and greeted. */
    OPENING,
    /** Answers, and after a crash loop has to stay open for some seconds before it takes calls. */
    PROVING,
    /** Takes calls. */
    OPEN,
    /** Waits for the next attempt. */
    WAITING,
    /** Ended because nobody called; the next call starts it. */
    ASLEEP,
    /** Lets its calls end, takes no more, and is then closed. */
    DRAINING,
    /** Ended for good. */
    CLOSED
  }

  /** A failure and when it was. */
  public record Failure(FailureReason reason, String message, Instant at) {}
}
