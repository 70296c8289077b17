package io.bluefly.registry.drupal;

/**
 * There is no answer, or an error of the site's own: whether it has done what it was asked for is
 * not known.
 */
final class LostException extends Exception {
  private final boolean answered;

  /** Says what came instead of an answer, and whether that was an answer of any kind. */
  LostException(boolean answered, String message) {
    super(message, null, false, false);
    this.answered = answered;
  }

  /** For a question that nothing goes on without. */
  SiteException asSiteError() {
    return new SiteException(
        answered ? SyncError.Reason.SITE_ERROR : SyncError.Reason.UNREACHABLE, getMessage());
  }

  /**
   * For a question about one connection: a site that does not answer at all concerns the others.
   */
  ItemException asItemError() throws SiteException {
    if (!answered) {
      throw asSiteError();
    }
    return new ItemException(SyncError.Reason.SITE_ERROR, null, getMessage());
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
