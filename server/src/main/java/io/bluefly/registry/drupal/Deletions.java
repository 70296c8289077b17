package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.drupal.Conflict.Resolution;
import io.bluefly.registry.drupal.Nodes.Found;
import io.bluefly.registry.drupal.Tally.Outcome;
import java.time.Instant;

/**
 * Brings pairs in step of which one side was deleted: a flag first, and a deletion at the purge.
 */
final class Deletions {
  private static final Next UNCHANGED = new Next.Done(Outcome.UNCHANGED);

  private final SyncParts parts;
  private final SyncRequest request;
  private final Links links;
  private final Nodes nodes;
  private final Tally tally;
  private final SecondLook secondLook;
  private final Strays strays;
  private final Restoring restoring;

  /** Has a connection stay whose node was deleted or flagged in Drupal. */
  @FunctionalInterface
  interface Restoring {
    Next restored(Pair pair, Connection connection, int tries) throws SiteException, ItemException;
  }

  /** For one sync. */
  Deletions(SyncParts parts, SecondLook secondLook, Strays strays, Restoring restoring) {
    this.parts = parts;
    this.request = parts.request();
    this.links = parts.links();
    this.nodes = parts.nodes();
    this.tally = parts.tally();
    this.secondLook = secondLook;
    this.strays = strays;
    this.restoring = restoring;
  }

  // The registry's side is gone.

  /** The connection is disconnected, or purged: then even its tombstone is gone. */
  Next here(Pair pair, int tries) throws SiteException, ItemException {
    return switch (pair.there()) {
      case Found.Gone _ -> forgotten(pair.link(), Outcome.UNCHANGED);
      case Found.Hidden _ -> UNCHANGED;
      case Found.Present(Node node) when parts.isForeign(node) -> UNCHANGED;
      case Found.Present(Node node) when node.isDeleted() -> bothDeleted(pair);
      case Found.Present(Node node) when pair.link().deleted() -> revived(node);
      case Found.Present(Node node) ->
          Merge.isChangedThere(pair.link(), node)
              ? deletedHereChangedThere(pair, node, tries)
              : flagged(pair, node, tries);
    };
  }

  private Next bothDeleted(Pair pair) throws SiteException, ItemException {
    if (pair.connection() != null) {
      links.keep(pair.link(), pair.link().asDeleted());
      return UNCHANGED;
    }
    return request.mode().pushes() ? deleted(pair) : UNCHANGED;
  }

  /** There is no lock on deleting: so it is looked at right before. */
  private Next deleted(Pair pair) throws SiteException, ItemException {
    if (!request.dryRun()) {
      Found found = nodes.find(pair.link().nodeId());
      if (!isFlagged(found) || !nodes.delete(pair.link().nodeId())) {
        return new Next.Again(pair.with(found));
      }
    }
    return forgotten(pair.link(), Outcome.DELETED);
  }

  private boolean isFlagged(Found found) {
    return found instanceof Found.Present(Node node) && node.isDeleted() && !parts.isForeign(node);
  }

  private Next forgotten(Link link, Outcome outcome) {
    links.forget(link);
    return new Next.Done(outcome);
  }

  private Next deletedHereChangedThere(Pair pair, Node node, int tries)
      throws SiteException, ItemException {
    Instant here = pair.connection() == null ? Instant.EPOCH : pair.connection().updatedAt();
    Resolution winner = Merge.winner(request.conflictPolicy(), here, node.changedAt());
    Next next =
        switch (winner) {
          case REGISTRY -> flagged(pair, node, tries);
          case DRUPAL -> revived(node);
          case UNRESOLVED -> UNCHANGED;
        };
    tell(pair, winner, next, "The registry has disconnected it, and Drupal has changed it");
    return next;
  }

  /** Says at the node that its connection is disconnected; the node itself goes at the purge. */
  private Next flagged(Pair pair, Node node, int tries) throws SiteException, ItemException {
    if (!request.mode().pushes()) {
      return UNCHANGED;
    }
    if (!request.dryRun()) {
      Next.Again again = secondLook.written(pair, node, NodeContent.flag(), true, tries);
      if (again != null) {
        return again;
      }
    }
    links.keep(pair.link(), pair.link().asDeleted());
    return new Next.Done(Outcome.DELETED);
  }

  /** An editor has taken the flag away: a disconnected connection does not come back, so anew. */
  private Next revived(Node node) throws SiteException, ItemException {
    return request.mode().pulls() ? new Next.Done(strays.taken(node)) : UNCHANGED;
  }

  // Drupal's side is gone.

  /**
   * Somebody has deleted the node, or flagged it. What was decided upon may be minutes old: both
   * sides are looked at again.
   */
  Next there(Pair pair, Connection seen, int tries) throws SiteException, ItemException {
    Found found = nodes.find(pair.link().nodeId()); // It takes its time, and what is here changes.
    Connection connection = parts.current(seen);
    Pair now = new Pair(pair.link(), connection, found);
    return now.isVanished() && !parts.isForeign(found)
        ? vanished(now, connection, tries)
        : new Next.Again(now);
  }

  private Next vanished(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    if (!request.mode().pulls()) {
      return pair.there() instanceof Found.Present
          ? UNCHANGED
          : restoring.restored(pair, connection, tries);
    }
    if (!Merge.isChangedHere(pair.link(), connection)) {
      return disconnected(pair, connection);
    }
    Resolution winner = winnerOverDeletion(pair, connection);
    Next next =
        switch (winner) {
          case DRUPAL -> disconnected(pair, connection);
          case UNRESOLVED -> UNCHANGED;
          case REGISTRY ->
              request.mode().pushes() ? restoring.restored(pair, connection, tries) : UNCHANGED;
        };
    tell(pair, winner, next, "Drupal has deleted it, and the registry has changed it");
    return next;
  }

  /** Of a pair that never was in step nobody knows that it was deleted on purpose. */
  private Resolution winnerOverDeletion(Pair pair, Connection connection) {
    Instant there = pair.there() instanceof Found.Present(Node node) ? node.changedAt() : null;
    Resolution winner = Merge.winner(request.conflictPolicy(), connection.updatedAt(), there);
    return pair.link().base().isEmpty() && winner == Resolution.DRUPAL
        ? Resolution.UNRESOLVED
        : winner;
  }

  private Next disconnected(Pair pair, Connection connection) throws SiteException, ItemException {
    if (!request.dryRun()) {
      parts.registry().disconnect(connection);
    }
    if (pair.there() instanceof Found.Present) {
      links.keep(pair.link(), pair.link().asDeleted());
    } else {
      links.forget(pair.link());
    }
    return new Next.Done(Outcome.DELETED);
  }

  /** Tells of a conflict, unless it is looked at again. */
  private void tell(Pair pair, Resolution winner, Next next, String message) {
    if (next instanceof Next.Done(Outcome outcome)) {
      tally.add(
          new Conflict(
              pair.link().connectionId(),
              pair.link().nodeId(),
              Node.DELETED,
              outcome == Outcome.UNCHANGED ? Resolution.UNRESOLVED : winner,
              message));
    }
  }
}
