package io.bluefly.registry.connections;

import java.util.Collection;
import java.util.List;

/**
 * Keeps connections over restarts. A method that returns has committed: what it wrote survives kill
 * -9 and power loss.
 */
public interface ConnectionStore {
  /** All connections, tombstones included, in no particular order. */
  List<Connection> load();

  /**
   * Writes all of {@code connections}, new or changed, or none; in their order, of one that comes
   * twice the last counts.
   */
  void save(List<Connection> connections);

  /** Deletes connections for good. */
  void delete(Collection<String> ids);

  /** The database refused; nothing was written. */
  final class StoreException extends RuntimeException {
    /** Says what went wrong, in a sentence for the operator. */
    public StoreException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
