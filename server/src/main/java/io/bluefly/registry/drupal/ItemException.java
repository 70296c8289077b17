package io.bluefly.registry.drupal;

import org.jspecify.annotations.Nullable;

/** What keeps one connection from being synced; the others go on. */
final class ItemException extends Exception {
  private final SyncError.Reason reason;
  private final @Nullable String field;

  /**
   * Says what is wrong.
   *
   * @param field the node's field that it is wrong with; null when that is none of them
   */
  ItemException(SyncError.Reason reason, @Nullable String field, String message) {
    super(message, null, false, false);
    this.reason = reason;
    this.field = field;
  }

  SyncError.Reason reason() {
    return reason;
  }

  @Nullable String field() {
    return field;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
