package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import java.util.List;

/**
 * What one sync works with.
 *
 * @param connections to look at; they are changed by {@code registry}
 * @param names by which this registry is or was known, the current one first
 * @param commands whether commands are taken over from Drupal
 */
record SyncParts(
    SyncRequest request,
    Connections connections,
    Links links,
    LocalSide registry,
    Nodes nodes,
    NodeContent content,
    Patience patience,
    Tally tally,
    List<String> names,
    boolean commands) {
  /** Whether a node says that it is another registry's. */
  boolean isForeign(Node node) {
    String registry = node.text(Node.REGISTRY);
    return !registry.isEmpty() && !names.contains(registry);
  }

  /** Whether a node is there that says that it is another registry's. */
  boolean isForeign(Nodes.Found found) {
    return found instanceof Nodes.Found.Present(Node node) && isForeign(node);
  }

  /** A connection as it is by now. */
  Connection current(Connection connection) {
    return connections.find(connection.id()).orElse(connection);
  }
}
