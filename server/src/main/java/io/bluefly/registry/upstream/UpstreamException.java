package io.bluefly.registry.upstream;

import java.util.List;

/** An upstream could not be opened or used. */
public final class UpstreamException extends Exception {
  private final FailureReason reason;
  private final transient List<String> stderr;

  /** Why, and a sentence for the operator without any secret in it. */
  public UpstreamException(FailureReason reason, String message) {
    this(reason, message, List.of());
  }

  /** The same with the last lines that a child process wrote to its error stream. */
  UpstreamException(FailureReason reason, String message, List<String> stderr) {
    super(message, null, false, false);
    this.reason = reason;
    this.stderr = List.copyOf(stderr);
  }

  /** Why. */
  public FailureReason reason() {
    return reason;
  }

  List<String> stderr() {
    return stderr;
  }

  /** A sentence for the operator. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
