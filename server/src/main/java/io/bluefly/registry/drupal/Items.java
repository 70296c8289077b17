package io.bluefly.registry.drupal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.drupal.Conflict.Resolution;
import io.bluefly.registry.drupal.Nodes.Found;
import io.bluefly.registry.drupal.Nodes.Written;
import io.bluefly.registry.drupal.Tally.Outcome;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings one connection and its node in step. Whatever somebody changes meanwhile on either side is
 * looked at again before it is written over.
 */
final class Items {
  private static final Set<SyncField> ALL = EnumSet.allOf(SyncField.class);

  /** So often a node or a connection may be changed by somebody else while it is synced. */
  private static final int MAX_TRIES = 5;

  private final SyncRequest request;
  private final Connections connections;
  private final SyncStore store;
  private final LocalSide registry;
  private final Nodes nodes;
  private final NodeContent content;
  private final Patience patience;
  private final Tally tally;
  private final List<String> names;
  private final boolean commands;

  /** Connections that a node without one turned out to belong to. */
  private final Set<String> adopted = ConcurrentHashMap.newKeySet();

  /**
   * For one sync.
   *
   * @param names by which this registry is or was known
   * @param commands whether commands are taken over from Drupal
   */
  Items(
      SyncRequest request,
      Connections connections,
      SyncStore store,
      LocalSide registry,
      Nodes nodes,
      NodeContent content,
      Patience patience,
      Tally tally,
      List<String> names,
      boolean commands) {
    this.request = request;
    this.connections = connections;
    this.store = store;
    this.registry = registry;
    this.nodes = nodes;
    this.content = content;
    this.patience = patience;
    this.tally = tally;
    this.names = names;
    this.commands = commands;
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
          yield request.mode().pushes() ? deleted(pair.link(), node) : Outcome.UNCHANGED;
        }
        yield pair.link().deleted() ? revived(node) : flagged(pair, node, tries);
      }
    };
  }

  private Outcome deleted(Link link, Node node) throws SiteException, ItemException {
    if (!request.dryRun()) {
      nodes.delete(node.id());
    }
    return forgotten(link, Outcome.DELETED);
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
        yield deletedHereChangedThere(pair, connection, node, tries);
      }
    };
  }

  private Outcome deletedHereChangedThere(Pair pair, Connection connection, Node node, int tries)
      throws SiteException, ItemException {
    Resolution winner =
        Merge.winner(request.conflictPolicy(), connection.updatedAt(), node.changedAt());
    Outcome outcome =
        switch (winner) {
          case REGISTRY -> flagged(pair, node, tries);
          case DRUPAL -> revived(node);
          case UNRESOLVED -> Outcome.UNCHANGED;
        };
    tally.add(
        new Conflict(
            connection.id(),
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
    return taken(node);
  }

  // A connection that is there.

  private Outcome alive(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    return switch (pair.there()) {
      case Found.Gone _ -> gone(pair, connection, tries);
      case Found.Hidden _ -> hidden(pair, connection);
      case Found.Present present ->
          present.node().isDeleted()
              ? gone(pair, connection, tries)
              : merged(pair, connection, present.node(), tries);
    };
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

  /** Somebody has deleted the node, or flagged it. */
  private Outcome gone(Pair pair, Connection connection, int tries)
      throws SiteException, ItemException {
    boolean flagged = pair.there() instanceof Found.Present;
    if (!request.mode().pulls()) {
      return flagged ? Outcome.UNCHANGED : created(pair.link(), connection, 1);
    }
    if (!Merge.isChangedHere(pair.link(), connection)) {
      return disconnected(pair.link(), connection, flagged);
    }
    Resolution winner =
        Merge.winner(
            request.conflictPolicy(),
            connection.updatedAt(),
            pair.there() instanceof Found.Present present ? present.node().changedAt() : null);
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
    Merge merge = Merge.of(pair.link(), connection, node, request.mode(), request.conflictPolicy());
    boolean refused = isCommand(merge, connection, node) && !commands;
    if (refused) {
      merge.toRegistry().remove(SyncField.ENDPOINT);
      merge.inStep().remove(SyncField.ENDPOINT);
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
      }
    }
    ObjectNode attributes =
        request.mode().pushes()
            ? content.difference(node, now, merge.toDrupal(), merge.inStep())
            : DrupalHttp.JSON.createObjectNode();
    if (!attributes.isEmpty() && !request.dryRun()) {
      Outcome other = written(new Pair(pair.link(), now, pair.there()), merge, attributes, tries);
      if (other != null) {
        return merge.toRegistry().isEmpty() ? other : Outcome.UPDATED;
      }
    }
    save(pair.link(), pair.link().with(merge.inStep(), now, NodeContent.after(node, attributes)));
    told(merge, Resolution.REGISTRY);
    told(merge, Resolution.UNRESOLVED);
    if (request.dryRun()) {
      told(merge, Resolution.DRUPAL);
    }
    if (refused) {
      tally.add(error(pair, commandRefused()));
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
      return sync(pair.with(nodes.find(node.id())), tries + 1);
    }
    Written written = nodes.update(node, attributes);
    return written instanceof Written.Done ? null : again(pair, written, tries);
  }

  private void told(Merge merge, Resolution resolution) {
    merge.conflicts().stream().filter(c -> c.resolution() == resolution).forEach(tally::add);
  }

  private Connection current(Connection connection) {
    return connections.find(connection.id()).orElse(connection);
  }

  /** Whether the merge would take a command over. */
  private static boolean isCommand(Merge merge, Connection connection, Node node) {
    return merge.toRegistry().contains(SyncField.ENDPOINT)
        && (isStdio(node) || connection.registration().protocol() == Protocol.STDIO);
  }

  private static boolean isStdio(Node node) {
    return node.text(Node.PROTOCOL).equals(Protocol.STDIO.wire());
  }

  private static ItemException commandRefused() {
    return new ItemException(
        SyncError.Reason.COMMAND_REFUSED,
        Node.ENDPOINT,
        "A command that comes from Drupal is not taken over, or every editor could run what they"
            + " like: register it here, or set mcp-registry.drupal.commands to true and limit"
            + " commands by mcp-registry.commands.allowed");
  }

  /** Looks again at a node that could not be written, and at what to do with it now. */
  private Outcome again(Pair pair, Written written, int tries) throws SiteException, ItemException {
    if (written instanceof Written.Lost lost && tries >= MAX_TRIES) {
      throw lost.why().asItemError();
    }
    if (written instanceof Written.Lost) {
      patience.backOff(tries);
    }
    return sync(pair.with(nodes.find(pair.link().nodeId())), tries + 1);
  }

  // A connection without a node.

  /** Makes the node of a connection. */
  void give(Connection connection) throws SiteException, ItemException {
    if (adopted.contains(connection.id())) {
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

  // A node without a connection.

  /** Registers what a node says. */
  void take(Node node) throws SiteException, ItemException {
    tally.add(taken(node));
  }

  private Outcome taken(Node stray) throws SiteException, ItemException {
    if (isStdio(stray) && !commands) {
      throw commandRefused();
    }
    Registration registration = registry.read(NodeReader.registration(stray));
    Optional<Connection> same = connections.findByName(registration.name());
    if (same.isPresent() && !isAdoptable(same.get(), registration)) {
      throw new ItemException(
          SyncError.Reason.NAME_TAKEN,
          Node.TITLE,
          "The name '"
              + registration.name()
              + "' belongs to connection "
              + same.get().id()
              + "; give the node another title");
    }
    if (request.dryRun()) {
      return Outcome.PULLED;
    }
    Node node = claimed(stray);
    if (node == null) {
      return Outcome.UNCHANGED; // Another registry was faster.
    }
    Connection connection = same.isPresent() ? same.get() : registry.register(registration);
    adopted.add(connection.id());
    Link link = Link.fresh(request.site(), node.id(), connection.id());
    Link agreed = link.with(ALL, connection, node);
    save(link, agreed);
    if (request.mode().pushes()) {
      sync(new Pair(agreed, connection, new Found.Present(node)), 1);
    }
    return Outcome.PULLED;
  }

  /** A sync that was interrupted had registered it, and could not keep that. */
  private boolean isAdoptable(Connection connection, Registration registration) {
    return connection.registration().equals(registration)
        && store.loadLinks(request.site().key()).stream()
            .noneMatch(link -> link.connectionId().equals(connection.id()));
  }

  /** The node, which says whose it is now; null when it is another registry's. */
  private @Nullable Node claimed(Node stray) throws SiteException, ItemException {
    Node node = stray;
    List<Written> tried = new ArrayList<>();
    while (request.mode().pushes() && !node.text(Node.REGISTRY).equals(content.registry())) {
      if (!node.text(Node.REGISTRY).isEmpty() && !names.contains(node.text(Node.REGISTRY))) {
        return null;
      }
      Written written = nodes.update(node, content.claim());
      tried.add(written);
      if (written instanceof Written.Done done) {
        return NodeContent.after(node, done.node().attributes());
      }
      if (tried.size() == MAX_TRIES || !(nodes.find(node.id()) instanceof Found.Present present)) {
        throw new ItemException(
            SyncError.Reason.SITE_ERROR, null, "The node could not be written; sync again");
      }
      node = present.node();
    }
    return node;
  }

  private void save(Link before, Link after) {
    if (!request.dryRun() && (!after.equals(before) || after.base().isEmpty())) {
      store.saveLink(after);
    }
  }
}
