package io.bluefly.registry.drupal;

import java.util.List;

/** What a sync keeps of the pairs of its site; one that only tries keeps nothing. */
final class Links {
  private final SyncStore store;
  private final String site;
  private final boolean dryRun;

  Links(SyncStore store, SyncRequest request) {
    this.store = store;
    this.site = request.site().key();
    this.dryRun = request.dryRun();
  }

  /** All that were kept so far. */
  List<Link> all() {
    return store.loadLinks(site);
  }

  /** Keeps a pair as it is after a step; one that agrees on something may be kept so already. */
  void keep(Link before, Link after) {
    if (!dryRun && (!after.equals(before) || after.base().isEmpty())) {
      store.saveLink(after);
    }
  }

  /** Forgets a pair. */
  void forget(Link link) {
    if (!dryRun) {
      store.deleteLink(link);
    }
  }
}
