package io.bluefly.registry.gateway;

import io.bluefly.registry.security.Principal;
import org.jspecify.annotations.Nullable;

/** Who a client is, as far as the request tells that brought a message or opened its channel. */
record Peer(RequestHead head, @Nullable String channel) {
  private static final String KEY = "x-api-key";
  private static final String AUTHORIZATION = "authorization";

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

  /**
   * Whom it can be told from others by: where everybody may come in, that is what it has sent as
   * its key, or its address.
   */
  String sender() {
    if (!principal().id().equals(Principal.ANYBODY.id())) {
      return principal().id();
    }
    String key = head.header(KEY);
    String credentials = key == null ? head.header(AUTHORIZATION) : key;
    return credentials == null ? head.remoteAddress() : credentials;
  }
}
