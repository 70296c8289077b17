package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lists of a connection whose registration declares its capabilities, or whose tools have to be
 * approved: a client is shown what it may call, in the server's own words, and nothing else.
 */
final class DeclaredLists {
  private DeclaredLists() {}

  /** The answer to a list request, or null when it is none or the server itself shall answer. */
  static byte @Nullable [] answer(Connection connection, RpcMessage request, Catalogue catalogue) {
    boolean declared = connection.registration().capabilities() != null;
    for (Kind kind : Kind.values()) {
      boolean ours = declared || (kind == Kind.TOOL && catalogue.isChecked());
      if (ours && kind.listMethod().equals(request.method())) {
        return list(connection, request, catalogue, kind);
      }
    }
    return null;
  }

  private static byte[] list(
      Connection connection, RpcMessage request, Catalogue catalogue, Kind kind) {
    String items =
        catalogue.of(connection).stream()
            .filter(c -> c.verified() && c.kind() == kind)
            .map(Capability::definition)
            .collect(Collectors.joining(","));
    String modern =
        request.era() == Era.MODERN
            ? "\"resultType\":\"complete\",\"ttlMs\":0,\"cacheScope\":\"private\","
            : "";
    return RpcReply.result(
        request.idText(), "{" + modern + "\"" + kind.key() + "\":[" + items + "]}");
  }
}
