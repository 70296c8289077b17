package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What belongs together, and what has no counterpart yet.
 *
 * @param pairs connections and nodes that belong together
 * @param strays nodes that are no connection of this registry yet
 * @param lost pairs whose node is another registry's now
 */
record Plan(List<Pair> pairs, List<Node> strays, List<Link> lost) {

  /**
   * Sorts what is there. A node that has the id of a connection's own is that one's, whichever
   * connection it names, unless it is another registry's.
   *
   * @param site where the nodes are
   * @param links the pairs that are known
   * @param inventory the nodes of the site
   * @param names by which this registry is or was known, the current one first: by a former one
   *     nodes of connections that are here are known, others may have come to somebody else
   */
  static Plan of(
      SiteAddress site,
      Collection<Link> links,
      Nodes.Inventory inventory,
      Connections connections,
      List<String> names) {
    Plan plan = new Plan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Set<String> paired = new HashSet<>();
    Set<String> known = new HashSet<>();
    for (Link link : links) {
      Node node = inventory.nodes().get(link.nodeId());
      Connection connection = connections.find(link.connectionId()).orElse(null);
      if (node != null && !isOurs(node, names) && !isItsOwn(link, connection, names.getFirst())) {
        plan.lost.add(link);
      } else {
        plan.pairs.add(new Pair(link, connection, inventory.found(link.nodeId())));
        paired.add(link.connectionId());
      }
      known.add(link.nodeId());
    }
    for (Connection connection : connections.all()) {
      Node own = inventory.nodes().get(NodeId.of(names.getFirst(), connection.id()));
      boolean alone = !connection.isDisconnected() && !paired.contains(connection.id());
      if (alone && own != null && isOurs(own, names) && known.add(own.id())) {
        plan.pair(site, own, connection);
        paired.add(connection.id());
      }
    }
    List<String> current = names.subList(0, 1);
    for (Node node : inventory.nodes().values()) {
      if (!known.contains(node.id()) && isOurs(node, names)) {
        plan.sort(site, node, connections, paired, isOurs(node, current));
      }
    }
    return plan;
  }

  /** Whether no other node can be made for the connection. */
  private static boolean isItsOwn(Link link, @Nullable Connection connection, String registry) {
    return connection != null
        && !connection.isDisconnected()
        && link.nodeId().equals(NodeId.of(registry, link.connectionId()));
  }

  /** A node that says whose it is, and is a connection's that has none, belongs to that. */
  private void sort(
      SiteAddress site, Node node, Connections connections, Set<String> paired, boolean current) {
    String id = node.text(Node.CONNECTION_ID);
    Connection connection = connections.find(id).orElse(null);
    if (connection != null && !node.text(Node.REGISTRY).isEmpty() && paired.add(id)) {
      pair(site, node, connection);
    } else if (current && !node.isDeleted()) {
      strays.add(node);
    }
  }

  private void pair(SiteAddress site, Node node, Connection connection) {
    Link link = Link.fresh(site, node.id(), connection.id());
    pairs.add(new Pair(link, connection, new Nodes.Found.Present(node)));
  }

  /** Of this registry, or of none yet. */
  private static boolean isOurs(Node node, Collection<String> names) {
    String registry = node.text(Node.REGISTRY);
    return registry.isEmpty() || names.contains(registry);
  }
}
