package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import java.util.Set;

/** Somebody at an address who hears what servers say of themselves. */
interface Hearer {
  /** Where it listens. */
  Address address();

  /** Who listens; of what they may not see they hear nothing. */
  Principal principal();

  /** The resources whose changes it wants to hear of. */
  Set<String> uris();

  /** The log messages that it asked for. */
  LogLevel level();

  /**
   * A connection's server has sent a notification that belongs to no call, or a pool has changed.
   * Hears what concerns it, and ignores the rest. Must not block.
   */
  void hear(String connectionId, RpcMessage notification);
}
