package io.bluefly.registry.drupal;

/**
 * What keeps a sync from going on at all. The message is a sentence for the operator, without a
 * secret.
 */
final class SiteException extends Exception {
  private final SyncError.Reason reason;

  SiteException(SyncError.Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  SyncError.Reason reason() {
    return reason;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
