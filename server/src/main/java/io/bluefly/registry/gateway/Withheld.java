package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.protocol.RpcMessage;

/** What clients are told of tools that are withheld until their definitions are approved. */
final class Withheld {
  private static final String LIST = "tools/list";

  private Withheld() {}

  /** Why a tool can't be called. */
  static String message(String tool, String connectionId) {
    return "'"
        + tool
        + "' has no approved definition at connection "
        + connectionId
        + ": GET /connections/"
        + connectionId
        + "/changes shows what has changed, POST /connections/"
        + connectionId
        + "/approve accepts it";
  }

  /**
   * Whether the answer to a request has to be the registry's own, and is not known yet: the
   * server's might show what nobody has approved.
   */
  static boolean isUnknown(Connection connection, RpcMessage request, Catalogue catalogue) {
    return catalogue.isChecked()
        && request.method().equals(LIST)
        && !catalogue.isKnown(connection.id());
  }
}
