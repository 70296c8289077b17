package io.bluefly.registry.health;

import io.bluefly.registry.upstream.FailureReason;

/** One thing that is known of a connection's health. */
public sealed interface Evidence {
  /** Its upstream was opened: the server was greeted and answered, in {@code millis}. */
  record Opened(long millis) implements Evidence {}

  /** Its upstream is down: no call can be served. */
  record Down(FailureReason reason, String message) implements Evidence {}

  /** A probe was answered, in {@code millis}. */
  record Answered(long millis) implements Evidence {}

  /** A probe failed, which may be a passing trouble. */
  record Unanswered(FailureReason reason, String message) implements Evidence {}
}
