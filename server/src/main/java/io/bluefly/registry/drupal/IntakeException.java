package io.bluefly.registry.drupal;

/** A registration that the registry does not take; nothing was changed. */
public final class IntakeException extends RuntimeException {
  private final String field;
  private final SyncError.Reason reason;

  /**
   * Says what is wrong.
   *
   * @param field of the registration, such as {@code endpoint/url}; empty when it is none of them
   * @param message what is wrong, and the way out
   */
  public IntakeException(SyncError.Reason reason, String field, String message) {
    super(message, null, false, false);
    this.reason = reason;
    this.field = field;
  }

  SyncError.Reason reason() {
    return reason;
  }

  String field() {
    return field;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
