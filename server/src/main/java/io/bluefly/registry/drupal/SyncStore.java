package io.bluefly.registry.drupal;

import java.util.List;

/** Keeps what syncs have to know of each other. A method that returns has committed. */
public interface SyncStore {
  /**
   * All names by which this registry is or was known, the current one first.
   *
   * @param keep whether the current one is one of them from now on
   */
  List<String> registryNames(String current, boolean keep);

  /**
   * The name that was made up for this registry.
   *
   * @param proposed is kept when there is none yet
   */
  String registryName(String proposed);

  /** The pairs of a site, by {@link SiteAddress#key}. */
  List<Link> loadLinks(String site);

  /** Writes a pair, new or changed; any other pair of its node or its connection there is gone. */
  void saveLink(Link link);

  /** Forgets a pair. */
  void deleteLink(Link link);

  /** The reports of the latest syncs, the newest first. */
  List<SyncReport> loadSyncs(int most);

  /** Writes a report, new or changed, and forgets those that are older than the {@code kept}. */
  void saveSync(SyncReport report, int kept);
}
