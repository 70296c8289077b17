package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.drupal.Nodes.Found;
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
   * Writes to the node of a pair.
   *
   * @param node as it was seen
   * @param shared whether editors write these attributes, too: then it is looked at again first
   *     where the lock of the site would not see another change of the same second
   * @return null when it was written, else what the pair is now
   * @throws ItemException also when answers were lost often enough
   */
  Next.@Nullable Again written(
      Pair pair, Node node, ObjectNode attributes, boolean shared, int tries)
      throws SiteException, ItemException {
    if (shared && isToWait(node, tries)) {
      patience.awaitNextSecond();
      return at(pair);
    }
    return switch (nodes.update(node, attributes)) {
      case Written.Done _ -> null;
      case Written.Lost(LostException why) -> afterLoss(pair, attributes, why, tries);
      case Written.Overtaken _, Written.Gone _, Written.Taken _ -> at(pair);
    };
  }

  /** Whether a node is too fresh to be written, and that was not waited for often enough. */
  static boolean isToWait(Node node, int tries) {
    return node.isTooFresh() && tries < MAX_TRIES - 1;
  }

  private Next.@Nullable Again afterLoss(
      Pair pair, ObjectNode attributes, LostException why, int tries)
      throws SiteException, ItemException {
    if (tries >= MAX_TRIES) {
      throw why.asItemError();
    }
    patience.backOff(tries);
    Next.Again now = at(pair);
    return now.pair().there() instanceof Found.Present(Node node)
            && NodeContent.has(node, attributes)
        ? null // It was written after all.
        : now;
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
