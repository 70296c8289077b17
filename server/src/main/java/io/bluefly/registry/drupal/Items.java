package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.drupal.Conflict.Resolution;
import io.bluefly.registry.drupal.Nodes.Found;
import io.bluefly.registry.drupal.Nodes.Written;
import io.bluefly.registry.drupal.Tally.Outcome;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings one connection and its node in step. Whatever somebody changes meanwhile on either side is
 * looked at again before it is written over.
 */
final class Items {
  private static final Set<SyncField> ALL = EnumSet.allOf(SyncField.class);

  /** So often a node or a connection may be changed by somebody else while it is synced. */
  private static final int MAX_TRIES = 5;

  private final SyncParts parts;
  private final SyncRequest request;
  private final SyncStore store;
  private final LocalSide registry;
  private final Nodes nodes;
  private final NodeContent content;
  private final Patience patience;
  private final Tally tally;
  private final Strays strays;

  /** For one sync. */
  Items(SyncParts parts) {
    this.parts = parts;
    this.request = parts.request();
    this.store = parts.store();
    this.registry = parts.registry();
    this.nodes = parts.nodes();
    this.content = parts.content();
    this.patience = parts.patience();
    this.tally = parts.tally();
    this.strays = new Strays(parts, pair -> sync(pair, 1));
  }

  /** Why an item could not be synced. */
  SyncError error(Object item, ItemException why) {
    return switch (item) {
      case Pair pair -> error(pair.link().connectionId(), pair.link().nodeId(), why);
      case Node node -> error(null, node.id(), why);
      case Connection connection -> error(connection.id(), null, why);
      default -> error(null, null, why);
    };
  }

  private static SyncError error(
      @Nullable String connectionId, @Nullable String nodeId, ItemException why) {
    return new SyncError(connectionId, nodeId, why.field(), why.reason(), why.getMessage());
  }

  /** Brings a pair in step. */
  void sync(Pair pair) throws SiteException, ItemException {
    tally.add(sync(pair, 1));
  }

  private Outcome sync(Pair pair, int tries) throws SiteException, ItemException {
    if (tries > MAX_TRIES) {
      throw new ItemException(
          SyncError.Reason.SITE_ERROR,
          null,
          "It was changed by somebody else each time that it was to be written; sync again");
    }
    Connection connection = pair.connection();
    if (connection == null) {
      return purged(pair, tries);
    }
    return connection.isDisconnected()
        ? disconnected(pair, connection, tries)
        : alive(pair, connection, tries);
  }

  // A connection whose tombstone is gone.

  private Outcome purged(Pair pair, int tries) throws SiteException, ItemException {
    return switch (pair.there()) {
      case Found.Gone _ -> forgotten(pair.link(), Outcome.UNCHANGED);
      case Found.Hidden _ -> Outcome.UNCHANGED;
      case Found.Present present -> {
        Node node = present.node();
        if (node.isDeleted()) {
          yield request.mode().pushes() ? deleted(pair, tries) : Outcome.UNCHANGED;
        }
        if (pair.link().deleted()) {
          yield revived(node);
        }
        yield Merge.isChangedThere(pair.link(), node)
            ? deletedHereChangedThere(pair, Instant.EPOCH, node, tries)
            : flagged(pair, node, tries);
      }
    };
  }

  /** There is no lock on deleting: so it is looked at right before. */
  private Outcome deleted(Pair pair, int tries) throws SiteException, ItemException {
    if (!request.dryRun()) {
      Found found = nodes.find(pair.link().nodeId());
      if (isForeign(found)) {
        return Outcome.UNCHANGED;
      }
      if (!(found instanceof Found.Present now && now.node().isDeleted())) {
        return sync(pair.with(found), tries + 1);
      }
      nodes.delete(pair.link().nodeId());
    }
    return forgotten(pair.link(), Outcome.DELETED);
  }

  private Outcome forgotten(Link link, Outcome outcome) {
    if (!request.dryRun()) {
      store.deleteLink(link);
    }
    return outcome;
  }

  // A connection that is disconnected.

  private Outcome disconnected(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    return switch (pair.there()) {
      case Found.Gone _ -> forgotten(pair.link(), Outcome.UNCHANGED);
      case Found.Hidden _ -> Outcome.UNCHANGED;
      case Found.Present present -> {
        Node node = present.node();
        if (node.isDeleted()) {
          save(pair.link(), pair.link().asDeleted());
          yield Outcome.UNCHANGED;
        }
        if (pair.link().deleted()) {
          yield revived(node);
        }
        if (!Merge.isChangedThere(pair.link(), node)) {
          yield flagged(pair, node, tries);
        }
        yield deletedHereChangedThere(pair, connection.updatedAt(), node, tries);
      }
    };
  }

  private Outcome deletedHereChangedThere(Pair pair, Instant here, Node node, int tries)
      throws SiteException, ItemException {
    Resolution winner = Merge.winner(request.conflictPolicy(), here, node.changedAt());
    Outcome outcome =
        switch (winner) {
          case REGISTRY -> flagged(pair, node, tries);
          case DRUPAL -> revived(node);
          case UNRESOLVED -> Outcome.UNCHANGED;
        };
    tally.add(
        new Conflict(
            pair.link().connectionId(),
            node.id(),
            Node.DELETED,
            outcome == Outcome.UNCHANGED ? Resolution.UNRESOLVED : winner,
            "The registry has disconnected it, and Drupal has changed it"));
    return outcome;
  }

  /** Says at the node that its connection is disconnected; the node itself goes at the purge. */
  private Outcome flagged(Pair pair, Node node, int tries) throws SiteException, ItemException {
    if (!request.mode().pushes()) {
      return Outcome.UNCHANGED;
    }
    if (!request.dryRun()) {
      Written written = nodes.update(node, NodeContent.flag());
      if (!(written instanceof Written.Done)) {
        return again(pair, written, tries);
      }
      save(pair.link(), pair.link().asDeleted());
    }
    return Outcome.DELETED;
  }

  /** An editor has taken the flag away: a disconnected connection does not come back, so anew. */
  private Outcome revived(Node node) throws SiteException, ItemException {
    if (!request.mode().pulls()) {
      return Outcome.UNCHANGED;
    }
    return strays.taken(node);
  }

  // A connection that is there.

  private Outcome alive(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    return switch (pair.there()) {
      case Found.Gone _ -> gone(pair, connection, tries);
      case Found.Hidden _ -> hidden(pair, connection);
      case Found.Present _ when isForeign(pair.there()) -> foreign(pair, connection);
      case Found.Present present ->
          present.node().isDeleted()
              ? gone(pair, connection, tries)
              : merged(pair, connection, present.node(), tries);
    };
  }

  private boolean isForeign(Found found) {
    return found instanceof Found.Present present && parts.isForeign(present.node());
  }

  private Outcome foreign(Pair pair, Connection connection) {
    tally.add(
        new Conflict(
            connection.id(),
            pair.link().nodeId(),
            Node.REGISTRY,
            Resolution.UNRESOLVED,
            "The node belongs to another registry now, so it is left alone: empty its "
                + Node.REGISTRY
                + " to have it back, or delete it"));
    return Outcome.UNCHANGED;
  }

  private Outcome hidden(Pair pair, Connection connection) {
    if (Merge.isChangedHere(pair.link(), connection)) {
      tally.add(
          new Conflict(
              connection.id(),
              pair.link().nodeId(),
              "status",
              Resolution.UNRESOLVED,
              "An editor has unpublished the node, so it is left alone: publish it there, or"
                  + " disconnect the connection here"));
    }
    return Outcome.UNCHANGED;
  }

  /**
   * Somebody has deleted the node, or flagged it. What was decided upon may be minutes old: both
   * sides are looked at again.
   */
  private Outcome gone(Pair pair, Connection seen, int tries) throws SiteException, ItemException {
    Connection connection = current(seen);
    Found found = nodes.find(pair.link().nodeId());
    Pair now = new Pair(pair.link(), connection, found);
    return now.isVanished() && !isForeign(found)
        ? vanished(now, connection, tries)
        : sync(now, tries + 1);
  }

  private Outcome vanished(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    boolean flagged = pair.there() instanceof Found.Present;
    if (!request.mode().pulls()) {
      return flagged ? Outcome.UNCHANGED : created(pair.link(), connection, 1);
    }
    if (!Merge.isChangedHere(pair.link(), connection)) {
      return disconnected(pair.link(), connection, flagged);
    }
    Resolution winner = winnerOverDeletion(pair, connection);
    Outcome outcome =
        switch (winner) {
          case DRUPAL -> disconnected(pair.link(), connection, flagged);
          case UNRESOLVED -> Outcome.UNCHANGED;
          case REGISTRY ->
              !request.mode().pushes()
                  ? Outcome.UNCHANGED
                  : pair.there() instanceof Found.Present present
                      ? merged(pair, connection, present.node(), tries)
                      : created(pair.link(), connection, 1);
        };
    tally.add(
        new Conflict(
            connection.id(),
            pair.link().nodeId(),
            Node.DELETED,
            outcome == Outcome.UNCHANGED ? Resolution.UNRESOLVED : winner,
            "Drupal has deleted it, and the registry has changed it"));
    return outcome;
  }

  /** Of a pair that never was in step nobody knows that it was deleted on purpose. */
  private Resolution winnerOverDeletion(Pair pair, Connection connection) {
    Instant there =
        pair.there() instanceof Found.Present present ? present.node().changedAt() : null;
    Resolution winner = Merge.winner(request.conflictPolicy(), connection.updatedAt(), there);
    return pair.link().base().isEmpty() && winner == Resolution.DRUPAL
        ? Resolution.UNRESOLVED
        : winner;
  }

  private Outcome disconnected(Link link, Connection connection, boolean flagged)
      throws SiteException, ItemException {
    if (!request.dryRun()) {
      registry.disconnect(connection);
      if (flagged) {
        save(link, link.asDeleted());
      } else {
        store.deleteLink(link);
      }
    }
    return Outcome.DELETED;
  }

  /** Copies what has changed, in either direction. */
  private Outcome merged(Pair pair, Connection connection, Node node, int tries)
      throws SiteException, ItemException {
    Link link =
        content.isOwnOffer(node, connection)
            ? pair.link().with(EnumSet.of(SyncField.CAPABILITIES), connection, node)
            : pair.link();
    Merge merge = Merge.of(link, connection, node, request.mode(), request.conflictPolicy());
    boolean refused = isCommand(merge, connection, node) && !parts.commands();
    if (refused) {
      merge.leave(SyncField.ENDPOINT);
    }
    Connection now = connection;
    if (!merge.toRegistry().isEmpty()) {
      ObjectNode patch = NodeReader.patch(connection.registration(), node, merge.toRegistry());
      if (request.dryRun()) {
        registry.check(connection, patch);
      } else {
        now = registry.update(connection, patch);
        if (now == null) {
          return sync(new Pair(pair.link(), current(connection), pair.there()), tries + 1);
        }
        told(merge, Resolution.DRUPAL);
        link = link.with(merge.toRegistry(), now, node);
        save(pair.link(), link); // Whatever comes of the node.
      }
    }
    ObjectNode attributes =
        request.mode().pushes()
            ? content.difference(node, now, merge.toDrupal(), merge.inStep())
            : DrupalHttp.JSON.createObjectNode();
    if (merge.toDrupal().isEmpty() && node.isTooFresh()) {
      NodeContent.postponeShared(attributes);
    }
    if (!attributes.isEmpty() && !request.dryRun()) {
      Outcome other = written(new Pair(link, now, pair.there()), merge, attributes, tries);
      if (other != null) {
        return merge.toRegistry().isEmpty() ? other : Outcome.UPDATED;
      }
    }
    save(pair.link(), link.with(merge.inStep(), now, NodeContent.after(node, attributes)));
    told(merge, Resolution.REGISTRY);
    told(merge, Resolution.UNRESOLVED);
    if (request.dryRun()) {
      told(merge, Resolution.DRUPAL);
    }
    if (refused) {
      tally.add(error(pair, Strays.commandRefused()));
    }
    return merge.toRegistry().isEmpty() && attributes.isEmpty()
        ? Outcome.UNCHANGED
        : Outcome.UPDATED;
  }

  /** Null when it was written; else what came of looking at the node again. */
  private @Nullable Outcome written(Pair pair, Merge merge, ObjectNode attributes, int tries)
      throws SiteException, ItemException {
    Node node = ((Found.Present) pair.there()).node();
    if (!merge.toDrupal().isEmpty() && node.isTooFresh() && tries < MAX_TRIES - 1) {
      patience.awaitNextSecond();
      return lookedAtAgain(pair, tries);
    }
    Written written = nodes.update(node, attributes);
    return written instanceof Written.Done ? null : again(pair, written, tries);
  }

  private void told(Merge merge, Resolution resolution) {
    merge.conflicts().stream().filter(c -> c.resolution() == resolution).forEach(tally::add);
  }

  private Connection current(Connection connection) {
    return parts.connections().find(connection.id()).orElse(connection);
  }

  /** Whether the merge would take a command over. */
  private static boolean isCommand(Merge merge, Connection connection, Node node) {
    return merge.toRegistry().contains(SyncField.ENDPOINT)
        && (Strays.isStdio(node) || connection.registration().protocol() == Protocol.STDIO);
  }

  /** Looks again at a node that could not be written, and at what to do with it now. */
  private Outcome again(Pair pair, Written written, int tries) throws SiteException, ItemException {
    if (written instanceof Written.Lost lost && tries >= MAX_TRIES) {
      throw lost.why().asItemError();
    }
    if (written instanceof Written.Lost) {
      patience.backOff(tries);
    }
    return lookedAtAgain(pair, tries);
  }

  /**
   * A node that went away since the sync began is left to the next one: how many others went with
   * it is known there.
   */
  private Outcome lookedAtAgain(Pair pair, int tries) throws SiteException, ItemException {
    Pair now = pair.with(nodes.find(pair.link().nodeId()));
    if (now.isVanished() && !pair.isVanished()) {
      throw new ItemException(
          SyncError.Reason.SITE_ERROR,
          null,
          "The node was deleted while the sync went on; the next one looks at it");
    }
    return sync(now, tries + 1);
  }

  /** Registers what a node says that is no connection yet. */
  void take(Node node) throws SiteException, ItemException {
    tally.add(strays.taken(node));
  }

  // A connection without a node.

  /** Makes the node of a connection. */
  void give(Connection connection) throws SiteException, ItemException {
    if (strays.isAdopted(connection)) {
      return;
    }
    String id = NodeId.of(content.registry(), connection.id());
    tally.add(created(Link.fresh(request.site(), id, connection.id()), connection, 1));
  }

  private Outcome created(Link link, Connection connection, int tries)
      throws SiteException, ItemException {
    if (request.dryRun()) {
      return Outcome.PUSHED;
    }
    ObjectNode attributes = content.whole(connection);
    Written written = nodes.create(link.nodeId(), attributes);
    return switch (written) {
      case Written.Done done -> {
        save(link, link.with(ALL, connection, NodeContent.after(done.node(), attributes)));
        yield Outcome.PUSHED;
      }
      case Written.Taken _, Written.Overtaken _, Written.Gone _ ->
          sync(new Pair(fresh(link), connection, foundAgain(link)), 2);
      case Written.Lost lost -> {
        if (tries == MAX_TRIES) {
          throw lost.why().asItemError();
        }
        patience.backOff(tries);
        Found found = nodes.find(link.nodeId());
        if (found instanceof Found.Present) {
          sync(new Pair(fresh(link), connection, found), 2);
          yield Outcome.PUSHED; // It was made after all.
        }
        yield created(link, connection, tries + 1);
      }
    };
  }

  private Found foundAgain(Link link) throws SiteException, ItemException {
    Found found = nodes.find(link.nodeId());
    if (found instanceof Found.Gone) {
      throw new ItemException(
          SyncError.Reason.SITE_ERROR,
          null,
          "Drupal says that the node is there (409) and that it is not (404); sync again");
    }
    return found;
  }

  private Link fresh(Link link) {
    return Link.fresh(request.site(), link.nodeId(), link.connectionId());
  }

  private void save(Link before, Link after) {
    if (!request.dryRun() && (!after.equals(before) || after.base().isEmpty())) {
      store.saveLink(after);
    }
  }
}
