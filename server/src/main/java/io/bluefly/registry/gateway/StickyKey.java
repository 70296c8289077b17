package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.PoolSettings;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import org.jspecify.annotations.Nullable;

/** What calls have in common that a sticky pool sends to the same instance. */
final class StickyKey {
  private StickyKey() {}

  /** The key of a request by the pool's settings; null when it has none. */
  static @Nullable String of(
      ClientRequest client,
      @Nullable LegacySession session,
      RpcMessage request,
      PoolSettings settings) {
    return switch (settings.stickyBy()) {
      case SESSION -> session == null ? client.peer().session() : session.id();
      case PRINCIPAL -> client.peer().sender();
      case ARGUMENT -> argument(request, String.valueOf(settings.argument()));
    };
  }

  /** The JSON text of an argument. */
  private static @Nullable String argument(RpcMessage request, String name) {
    Span arguments = request.argumentsSpan();
    if (arguments == null) {
      return null;
    }
    try {
      Span value = Members.of(request.json(), arguments).get(name);
      return value == null ? null : value.text(request.json());
    } catch (MalformedMessageException e) {
      return null; // Its arguments are none; the server will say so.
    }
  }
}
