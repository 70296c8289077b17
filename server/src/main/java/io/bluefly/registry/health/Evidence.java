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

  /** A call of a client was answered, in {@code millis}: no probe is needed. */
  record Served(long millis) implements Evidence {}

  /**
   * What the calls of the last five minutes came to.
   *
   * @param ended those that have ended
   * @param errorRate the share of errors among them, 0..1
   */
  record Calls(long ended, double errorRate) implements Evidence {}

  /** A probe failed, which may be a passing trouble. */
  record Unanswered(FailureReason reason, String message) implements Evidence {}

  /** Time has passed without anything new, which ends flapping. */
  record Quiet() implements Evidence {}

  /** Whether it is what a check comes to, or stands for a check. */
  default boolean isResult() {
    return switch (this) {
      case Answered _, Served _, Unanswered _ -> true;
      case Opened _, Down _, Calls _, Quiet _ -> false;
    };
  }

  /** Where it comes from. */
  default HealthEvent.Cause cause() {
    return switch (this) {
      case Answered _, Unanswered _ -> HealthEvent.Cause.CHECK;
      case Served _, Calls _, Quiet _ -> HealthEvent.Cause.CALLS;
      case Opened _, Down _ -> HealthEvent.Cause.SERVER;
    };
  }
}
