package io.bluefly.registry.drupal;

/** A sync that is not begun. */
public abstract sealed class SyncRefusedException extends RuntimeException {
  private SyncRefusedException(String message) {
    super(message, null, false, false);
  }

  /** One sentence for the user. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /** The operator does not list the site's origin. */
  public static final class OriginNotListed extends SyncRefusedException {
    OriginNotListed(SiteAddress site) {
      super(
          "is not one that may be synced with: the operator adds "
              + site.origin()
              + " to MCP_REGISTRY_DRUPAL_ORIGINS (mcp-registry.drupal.origins)");
    }
  }

  /** The key names a secret that has no value, or is not for that site. */
  public static final class KeyUnknown extends SyncRefusedException {
    KeyUnknown(String why) {
      super(why);
    }
  }

  /** There is a sync with that origin. */
  public static final class AlreadyRunning extends SyncRefusedException {
    private final String syncId;

    AlreadyRunning(String syncId) {
      super(
          "Sync "
              + syncId
              + " with this site is running; GET /drupal/syncs/"
              + syncId
              + " tells how far it is");
      this.syncId = syncId;
    }

    /** The sync that is running. */
    public String syncId() {
      return syncId;
    }
  }
}
