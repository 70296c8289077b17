package io.bluefly.registry.upstream;

import io.bluefly.registry.security.EgressRefusedException;
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

  /** Nobody could be connected to at {@code target}, or nobody may be. */
  public static UpstreamException unreached(HttpTarget target, Throwable why) {
    return why instanceof EgressRefusedException refused
        ? new UpstreamException(FailureReason.CONFIGURATION, refused.getMessage())
        : new UpstreamException(
            FailureReason.UNREACHABLE, target + " can't be reached: " + why.getMessage());
  }

  /**
   * The server answers with {@code status}, 401 or 403. What it says beside that is not told: it is
   * for who has the credentials.
   */
  public static UpstreamException wantsCredentials(int status) {
    return new UpstreamException(
        FailureReason.NEEDS_AUTHENTICATION,
        "the server wants credentials (HTTP "
            + status
            + "); set endpoint.headers or endpoint.auth");
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
