package io.bluefly.registry.upstream;

/**
 * Why a call has no answer.
 *
 * @param kind what is known of it
 * @param reason why
 * @param message one sentence for the caller
 */
public record CallFailure(Kind kind, FailureReason reason, String message) {
  /** What is known of a call without an answer. */
  public enum Kind {
    /** It did not reach the server. */
    UNAVAILABLE,
    /** The server did not answer in time; it may have run. */
    TIMEOUT,
    /** The server went away or sent garbage while it had the call; it may have run. */
    LOST
  }
}
