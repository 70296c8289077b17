package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import org.jspecify.annotations.Nullable;

/** Who a client is, as far as the request tells that brought a message or opened its channel. */
record Peer(RequestHead head, @Nullable String channel) {
  /** The sender of a single request. */
  static Peer of(RequestHead head) {
    return new Peer(head, null);
  }

  /** What its messages have in common: the channel; without one, who sent them. */
  String session() {
    return channel == null ? sender() : channel;
  }

  /** Whose key or token it came with. */
  Principal principal() {
    return head.principal();
  }

  /** Whom it can be told from others by; where everybody may come in, that is the address. */
  String sender() {
    return principal().id().equals(Principal.ANYBODY.id())
        ? head.remoteAddress()
        : principal().id();
  }
}
