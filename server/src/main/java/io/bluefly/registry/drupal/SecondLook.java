package io.bluefly.registry.drupal;

import io.bluefly.registry.drupal.Nodes.Written;

/** Looks again at nodes that could not be written. */
final class SecondLook {
  /** So often a node or a connection may be changed by somebody else while it is synced. */
  static final int MAX_TRIES = 5;

  private final Nodes nodes;
  private final Patience patience;

  SecondLook(Nodes nodes, Patience patience) {
    this.nodes = nodes;
    this.patience = patience;
  }

  /**
   * What the pair is now.
   *
   * @param written anything but done
   * @throws ItemException when it was tried often enough
   */
  Next.Again after(Written written, Pair pair, int tries) throws SiteException, ItemException {
    if (written instanceof Written.Lost lost) {
      if (tries >= MAX_TRIES) {
        throw lost.why().asItemError();
      }
      patience.backOff(tries);
    }
    return at(pair);
  }

  /**
   * What the pair is now. A node that went away since the sync began is left to the next one: how
   * many others went with it is known there.
   */
  Next.Again at(Pair pair) throws SiteException, ItemException {
    Pair now = pair.with(nodes.find(pair.link().nodeId()));
    if (now.isVanished() && !pair.isVanished()) {
      throw new ItemException(
          SyncError.Reason.SITE_ERROR,
          null,
          "The node was deleted while the sync went on; the next one looks at it");
    }
    return new Next.Again(now);
  }
}
