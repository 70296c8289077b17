package io.bluefly.registry.gateway;

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
    return channel == null ? principal() : channel;
  }

  /** The credentials that it came with; without any, its address. */
  String principal() {
    String key = head.header(KEY);
    String credentials = key == null ? head.header(AUTHORIZATION) : key;
    return credentials == null ? head.remoteAddress() : credentials;
  }
}
