package io.bluefly.registry.upstream;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Whether an instance ends soon after each opening, again and again. It is out of the loop once it
 * has stayed open for long enough. Not for use by several threads.
 */
final class CrashLoop {
  /** Ends of instances that were open for less are crashes. */
  static final Duration STABLE = Duration.ofSeconds(30);

  /** So long an instance in a crash loop has to stay open before it takes calls again. */
  static final Duration PROOF = Duration.ofSeconds(10);

  static final int CRASHES = 5;

  private final Duration window;
  private final Deque<Instant> crashes = new ArrayDeque<>();
  private boolean looping;

  /** A loop is {@value #CRASHES} crashes within {@code window}. */
  CrashLoop(Duration window) {
    this.window = window;
  }

  /** Takes an end into account; true when the loop begins with it. */
  boolean ended(Instant openedAt, Instant now) {
    if (isStable(openedAt, now)) {
      crashes.clear();
      looping = false;
      return false;
    }
    crashes.addLast(now);
    crashes.removeIf(at -> at.plus(window).isBefore(now));
    if (crashes.size() > CRASHES) {
      crashes.removeFirst();
    }
    boolean begins = !looping && crashes.size() == CRASHES;
    looping |= begins;
    return begins;
  }

  /** Takes into account that it is open; true when the loop is over with that. */
  boolean isOver(@Nullable Instant openedAt, Instant now) {
    if (!looping || openedAt == null || !isStable(openedAt, now)) {
      return false;
    }
    crashes.clear();
    looping = false;
    return true;
  }

  boolean isLooping() {
    return looping;
  }

  /** Whether what was opened then has recovered: its next failure is a first one. */
  static boolean isStable(Instant openedAt, Instant now) {
    return !openedAt.plus(STABLE).isAfter(now);
  }
}
