package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.drupal.Conflict.Resolution;
import io.bluefly.registry.drupal.Nodes.Found;
import io.bluefly.registry.drupal.Nodes.Written;
import io.bluefly.registry.drupal.Tally.Outcome;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings one connection and its node in step. Whatever somebody changes meanwhile on either side is
 * looked at again before it is written over.
 */
final class Items {
  private static final Set<SyncField> ALL = EnumSet.allOf(SyncField.class);

  private final SyncParts parts;
  private final SyncRequest request;
  private final Links links;
  private final LocalSide registry;
  private final Nodes nodes;
  private final NodeContent content;
  private final Patience patience;
  private final Tally tally;
  private final SecondLook secondLook;
  private final Strays strays;
  private final Deletions deletions;

  /** For one sync. */
  Items(SyncParts parts) {
    this.parts = parts;
    this.request = parts.request();
    this.links = parts.links();
    this.registry = parts.registry();
    this.nodes = parts.nodes();
    this.content = parts.content();
    this.patience = parts.patience();
    this.tally = parts.tally();
    this.secondLook = new SecondLook(nodes, patience);
    this.strays = new Strays(parts, pair -> settled(new Next.Again(pair)));
    this.deletions = new Deletions(parts, secondLook, strays, this::restored);
  }

  /** Why an item could not be synced. */
  SyncError error(Object item, ItemException why) {
    return switch (item) {
      case Pair pair -> error(pair.link().connectionId(), pair.link().nodeId(), why);
      case Node node -> error(null, node.id(), why);
      default -> error(null, null, why);
    };
  }

  private static SyncError error(
      @Nullable String connectionId, @Nullable String nodeId, ItemException why) {
    return new SyncError(connectionId, nodeId, why.field(), why.reason(), why.getMessage());
  }

  /** Brings a pair in step. */
  void sync(Pair pair) throws SiteException, ItemException {
    tally.add(settled(new Next.Again(pair)));
  }

  private Outcome settled(Next first) throws SiteException, ItemException {
    Next next = first;
    Outcome soFar = Outcome.UNCHANGED;
    for (int tries = 1; next instanceof Next.Again again; tries++) {
      if (tries > SecondLook.MAX_TRIES) {
        throw new ItemException(
            SyncError.Reason.SITE_ERROR,
            null,
            "It was changed by somebody else, or put off by the site, each time that it was to be"
                + " written; sync again");
      }
      soFar = soFar == Outcome.UNCHANGED ? again.soFar() : soFar;
      next = next(again.pair(), tries);
    }
    return soFar == Outcome.UNCHANGED ? ((Next.Done) next).outcome() : soFar;
  }

  private Next next(Pair pair, int tries) throws SiteException, ItemException {
    Connection connection = pair.connection();
    return connection == null || connection.isDisconnected()
        ? deletions.here(pair, tries)
        : alive(pair, connection, tries);
  }

  private Next alive(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    return switch (pair.there()) {
      case Found.Hidden _ -> hidden(pair, connection);
      case Found.Present(Node node) when parts.isForeign(node) -> foreign(pair, connection);
      case Found.Present(Node node) when !node.isDeleted() -> merged(pair, connection, node, tries);
      case Found.Present _, Found.Gone _ -> deletions.there(pair, connection, tries);
    };
  }

  /** When it comes back, nobody knows what of it was agreed on. */
  private Next foreign(Pair pair, Connection connection) {
    links.forget(pair.link());
    tally.add(
        new Conflict(
            connection.id(),
            pair.link().nodeId(),
            Node.REGISTRY,
            Resolution.UNRESOLVED,
            "The node belongs to another registry now, so it is left alone: empty its "
                + Node.REGISTRY
                + " to have it back, or delete it"));
    return new Next.Done(Outcome.UNCHANGED);
  }

  private Next hidden(Pair pair, Connection connection) {
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
    return new Next.Done(Outcome.UNCHANGED);
  }

  /** Has a connection stay whose node was deleted or flagged in Drupal. */
  private Next restored(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    return pair.there() instanceof Found.Present(Node node)
        ? merged(pair, connection, node, tries)
        : created(pair.link(), connection);
  }

  /** Copies what has changed, in either direction. */
  private Next merged(Pair pair, Connection connection, Node node, int tries)
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
          return new Next.Again(new Pair(pair.link(), parts.current(connection), pair.there()));
        }
        told(merge, Resolution.DRUPAL);
        link = link.with(merge.toRegistry(), now, node);
        links.keep(pair.link(), link); // Whatever comes of the node.
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
      Pair before = new Pair(link, now, pair.there());
      Next.Again again =
          secondLook.written(before, node, attributes, !merge.toDrupal().isEmpty(), tries);
      if (again != null) {
        return merge.toRegistry().isEmpty() ? again : new Next.Again(again.pair(), Outcome.UPDATED);
      }
    }
    links.keep(pair.link(), link.with(merge.inStep(), now, NodeContent.after(node, attributes)));
    told(merge, Resolution.REGISTRY);
    told(merge, Resolution.UNRESOLVED);
    if (request.dryRun()) {
      told(merge, Resolution.DRUPAL);
    }
    if (refused) {
      tally.add(error(pair, Strays.commandRefused()));
    }
    return new Next.Done(
        merge.toRegistry().isEmpty() && attributes.isEmpty() ? Outcome.UNCHANGED : Outcome.UPDATED);
  }

  private void told(Merge merge, Resolution resolution) {
    merge.conflicts().stream().filter(c -> c.resolution() == resolution).forEach(tally::add);
  }

  /** Whether the merge would take a command over. */
  private static boolean isCommand(Merge merge, Connection connection, Node node) {
    return merge.toRegistry().contains(SyncField.ENDPOINT)
        && (Strays.isStdio(node) || connection.registration().protocol() == Protocol.STDIO);
  }

  /** Registers what a node says that is no connection yet. */
  void take(Node node) throws SiteException, ItemException {
    tally.add(strays.taken(node));
  }

  // A connection without a node.

  /** Makes the node of a connection, unless there is one of its id that is not its own. */
  void give(Pair alone) throws SiteException, ItemException {
    Connection connection = alone.connection();
    if (connection == null || strays.isAdopted(connection)) {
      return;
    }
    boolean free = alone.there() instanceof Found.Gone;
    tally.add(settled(free ? created(alone.link(), connection) : new Next.Again(alone)));
  }

  private Next created(Link link, Connection connection) throws SiteException, ItemException {
    if (request.dryRun()) {
      return new Next.Done(Outcome.PUSHED);
    }
    ObjectNode attributes = content.whole(connection);
    for (int tries = 1; ; tries++) {
      switch (nodes.create(link.nodeId(), attributes)) {
        case Written.Done(Node node) -> {
          Link made = link.with(ALL, connection, NodeContent.after(node, attributes));
          links.keep(link, made);
          return new Next.Done(Outcome.PUSHED);
        }
        case Written.Taken _, Written.Overtaken _, Written.Gone _ -> {
          return new Next.Again(new Pair(fresh(link), connection, foundAgain(link)));
        }
        case Written.Lost(LostException why) -> {
          if (tries == SecondLook.MAX_TRIES) {
            throw why.asItemError();
          }
          patience.backOff(tries);
          Found found = nodes.find(link.nodeId());
          if (found instanceof Found.Present) { // It was made after all.
            settled(new Next.Again(new Pair(fresh(link), connection, found)));
            return new Next.Done(Outcome.PUSHED);
          }
        }
      }
    }
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
}
