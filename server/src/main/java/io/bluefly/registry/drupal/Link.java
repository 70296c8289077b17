package io.bluefly.registry.drupal;

import io.bluefly.registry.connections.Connection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * A connection and its node, and what both had when they were in step.
 *
 * @param site {@link SiteAddress#key}
 * @param nodeId the UUID of the node
 * @param deleted whether both were deleted
 * @param base hashes of each field; a field without one was never in step
 */
public record Link(
    String site, String nodeId, String connectionId, boolean deleted, Map<String, Agreed> base) {
  /** Copies the base. */
  public Link {
    base = Map.copyOf(base);
  }

  /**
   * What a field was on either side; written differently, they may mean the same.
   *
   * @param local hash of the registry's value
   * @param remote hash of the node's value
   */
  public record Agreed(String local, String remote) {}

  /** A pair that was never in step. */
  static Link fresh(SiteAddress site, String nodeId, String connectionId) {
    return new Link(site.key(), nodeId, connectionId, false, Map.of());
  }

  /** The same pair, both deleted. */
  Link asDeleted() {
    return new Link(site, nodeId, connectionId, true, base);
  }

  /** The same pair, of which these fields are in step now. */
  Link with(Iterable<SyncField> inStep, Connection connection, Node node) {
    Map<String, Agreed> next = new HashMap<>(base);
    for (SyncField field : inStep) {
      next.put(field.name(), new Agreed(field.localHash(connection), field.remoteHash(node)));
    }
    return new Link(site, nodeId, connectionId, false, next);
  }

  /** The base by field; what an older version kept and this one does not know is left out. */
  Map<SyncField, Agreed> known() {
    Map<SyncField, Agreed> known = new EnumMap<>(SyncField.class);
    for (SyncField field : SyncField.values()) {
      Agreed agreed = base.get(field.name());
      if (agreed != null) {
        known.put(field, agreed);
      }
    }
    return known;
  }
}
