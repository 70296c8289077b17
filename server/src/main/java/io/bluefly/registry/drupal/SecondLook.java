package io.bluefly.registry.drupal;

import io.bluefly.registry.drupal.Nodes.Written;
import org.jspecify.annotations.Nullable;

/** Looks again at nodes that are not, or may not be, as they were seen. */
final class SecondLook {
  /** So often an item is tried: somebody may change it meanwhile, and answers may be lost. */
  static final int MAX_TRIES = 5;

  private final Nodes nodes;
  private final Patience patience;

  SecondLook(Nodes nodes, Patience patience) {
    this.nodes = nodes;
    this.patience = patience;
  }

  /**
   * What the pair is after it could not be written.
   *
   * @param written anything but done
   * @throws ItemException also when answers were lost often enough
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
   * What the pair is in the next second, where the lock of the site would not see another change of
   * this one; null where it would, and where that was waited for often enough.
   */
  Next.@Nullable Again ifTooFresh(Node node, Pair pair, int tries)
      throws SiteException, ItemException {
    if (!node.isTooFresh() || tries >= MAX_TRIES - 1) {
      return null;
    }
    patience.awaitNextSecond();
    return at(pair);
  }

  /**
   * What the pair is now. A node that went away since the sync began is left to the next one: how
   * many others went with it is known there.
   */
  private Next.Again at(Pair pair) throws SiteException, ItemException {
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
