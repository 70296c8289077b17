package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What a sync keeps of the pairs of its site; one that only tries keeps nothing. */
final class Links {
  private final SyncStore store;
  private final String site;
  private final boolean dryRun;

  /** Connections with a pair that would be kept. */
  private final Set<String> wouldHave = ConcurrentHashMap.newKeySet();

  Links(SyncStore store, SyncRequest request) {
    this.store = store;
    this.site = request.site().key();
    this.dryRun = request.dryRun();
  }

  /** All that were kept so far. */
  List<Link> all() {
    return store.loadLinks(site);
  }

  /** Whether a connection has a node, or would have. */
  boolean has(Connection connection) {
    return wouldHave.contains(connection.id())
        || all().stream().anyMatch(link -> link.connectionId().equals(connection.id()));
  }

  /** Keeps a pair as it is after a step; one that agrees on something may be kept so already. */
  void keep(Link before, Link after) {
    if (dryRun) {
      wouldHave.add(after.connectionId());
    } else if (!after.equals(before) || after.base().isEmpty()) {
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
