package io.bluefly.registry.upstream;

/** An upstream could not be opened or used. */
public final class UpstreamException extends Exception {
  private final FailureReason reason;

  /** Why, and a sentence for the operator without any secret in it. */
  public UpstreamException(FailureReason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  /** Why. */
  public FailureReason reason() {
    return reason;
  }

  /** A sentence for the operator. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
