package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import org.jspecify.annotations.Nullable;

/**
 * A connection and its node as a sync finds them.
 *
 * @param connection null when its tombstone is gone, too
 * @param there the node
 */
record Pair(Link link, @Nullable Connection connection, Nodes.Found there) {
  /** Whether the connection is there and not disconnected. */
  boolean isAlive() {
    return connection != null && !connection.isDisconnected();
  }

  /** Whether both were in use when they were in step, and the node is gone or flagged since. */
  boolean isVanished() {
    return isAlive() && !link.deleted() && isDeletedThere();
  }

  private boolean isDeletedThere() {
    return switch (there) {
      case Nodes.Found.Gone _ -> true;
      case Nodes.Found.Hidden _ -> false;
      case Nodes.Found.Present present -> present.node().isDeleted();
    };
  }

  Pair with(Nodes.Found now) {
    return new Pair(link, connection, now);
  }
}
