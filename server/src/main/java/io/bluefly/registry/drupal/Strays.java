package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.drupal.Nodes.Found;
import io.bluefly.registry.drupal.Nodes.Written;
import io.bluefly.registry.drupal.Tally.Outcome;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Registers nodes that are no connection yet. A node is claimed first, so that of two registries
 * one takes it.
 */
final class Strays {
  private static final Set<SyncField> ALL = EnumSet.allOf(SyncField.class);

  private final SyncParts parts;
  private final SyncRequest request;
  private final Connections connections;
  private final Links links;
  private final LocalSide registry;
  private final Nodes nodes;
  private final NodeContent content;
  private final Patience patience;
  private final Pairs pairs;

  /** Connections that a node without one turned out to belong to. */
  private final Set<String> adopted = ConcurrentHashMap.newKeySet();

  /** Brings pairs in step. */
  @FunctionalInterface
  interface Pairs {
    Outcome sync(Pair pair) throws SiteException, ItemException;
  }

  /**
   * For one sync.
   *
   * @param pairs brings in step what has become a pair
   */
  Strays(SyncParts parts, Pairs pairs) {
    this.parts = parts;
    this.request = parts.request();
    this.connections = parts.connections();
    this.links = parts.links();
    this.registry = parts.registry();
    this.nodes = parts.nodes();
    this.content = parts.content();
    this.patience = parts.patience();
    this.pairs = pairs;
  }

  /** Whether a connection has got a node in this sync. */
  boolean isAdopted(Connection connection) {
    return adopted.contains(connection.id());
  }

  /** Registers what a node says. */
  Outcome taken(Node stray) throws SiteException, ItemException {
    return taken(stray, 1);
  }

  private Outcome taken(Node stray, int tries) throws SiteException, ItemException {
    if (isStdio(stray) && !parts.commands()) {
      throw commandRefused();
    }
    Registration registration = registry.read(NodeReader.registration(stray));
    Optional<Connection> same = connections.findByName(registration.name());
    boolean alone = same.isPresent() && !links.has(same.get());
    if (alone && !stray.text(Node.REGISTRY).isEmpty()) {
      return adopted(stray, same.get());
    }
    if (same.isPresent() && !(alone && same.get().registration().equals(registration))) {
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
      same.ifPresent(connection -> adopted.add(connection.id()));
      return paired(same.isPresent());
    }
    Node claimed = stray;
    if (request.mode().pushes() && !stray.text(Node.REGISTRY).equals(content.registry())) {
      if (SecondLook.isToWait(stray, tries)) { // Or two registries may claim it, both unseen.
        patience.awaitNextSecond();
        return takenAgain(stray, tries);
      }
      Written written = nodes.update(stray, content.claim(stray));
      if (!(written instanceof Written.Done done)) {
        if (written instanceof Written.Lost) {
          patience.backOff(tries);
        }
        return takenAgain(stray, tries);
      }
      claimed = NodeContent.after(stray, done.node().attributes());
    }
    Connection connection = same.isPresent() ? same.get() : registry.register(registration);
    adopted.add(connection.id());
    Link link = Link.fresh(request.site(), stray.id(), connection.id());
    // As it was read for the registration: what came later is a change, and comes with the merge.
    Link agreed = link.with(ALL, connection, stray);
    links.keep(link, agreed);
    if (request.mode().pushes()) {
      pairs.sync(new Pair(agreed, connection, new Found.Present(claimed)));
    }
    return paired(same.isPresent());
  }

  /** What it is that a node has its connection now, which was there before or was not. */
  private static Outcome paired(boolean before) {
    return before ? Outcome.UPDATED : Outcome.PULLED;
  }

  /** Looks again at a node that could not be claimed: it may be another one by now. */
  private Outcome takenAgain(Node stray, int tries) throws SiteException, ItemException {
    if (!(nodes.find(stray.id()) instanceof Found.Present now) || tries == SecondLook.MAX_TRIES) {
      throw new ItemException(
          SyncError.Reason.SITE_ERROR, null, "The node could not be written; sync again");
    }
    return parts.isForeign(now.node()) || now.node().isDeleted()
        ? Outcome.UNCHANGED // Another registry was faster, or an editor.
        : taken(now.node(), tries + 1);
  }

  /** A sync that was interrupted had claimed and registered it, and could not keep that. */
  private Outcome adopted(Node stray, Connection connection) throws SiteException, ItemException {
    adopted.add(connection.id());
    Link link = Link.fresh(request.site(), stray.id(), connection.id());
    return pairs.sync(new Pair(link, connection, new Found.Present(stray)));
  }

  static boolean isStdio(Node node) {
    return node.text(Node.PROTOCOL).equals(Protocol.STDIO.wire());
  }

  static ItemException commandRefused() {
    return new ItemException(
        SyncError.Reason.COMMAND_REFUSED,
        Node.ENDPOINT,
        "A command that comes from Drupal is not taken over, or every editor could run what they"
            + " like: register it here, or set mcp-registry.drupal.commands to true and limit"
            + " commands by mcp-registry.commands.allowed");
  }
}
