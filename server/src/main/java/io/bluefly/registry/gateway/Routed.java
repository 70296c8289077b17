package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.Lease;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that has found its connection. Whoever holds it completes the lease.
 *
 * @param request as the connection's server shall see it, apart from its era
 * @param capability what it uses, null when that is in no catalogue
 * @param seals seals what the client shall bring back; null where it goes to this connection anyway
 */
record Routed(
    Connection connection,
    Lease lease,
    RpcMessage request,
    @Nullable Capability capability,
    @Nullable PoolSeals seals) {
  /** Whether the server's messages have to be looked into on their way to the client. */
  boolean rewrites() {
    return seals != null;
  }

  /** A message of the server as the client shall see it, apart from its era. */
  RpcMessage back(RpcMessage message) {
    return seals == null ? message : seals.sealed(connection.id(), sealedFor(), message);
  }

  private @Nullable String sealedFor() {
    return request.target();
  }

  /** Headers that repeat arguments, for a modern server over HTTP. */
  Map<String, String> paramHeaders() {
    return capability == null ? Map.of() : capability.params().headers(request);
  }
}
