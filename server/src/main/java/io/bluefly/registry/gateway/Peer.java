package io.bluefly.registry.gateway;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** Who a client is, as far as the request tells that brought a message or opened its channel. */
record Peer(HttpServerRequest http, @Nullable String channel) {
  private static final String KEY = "x-api-key";
  private static final String AUTHORIZATION = "authorization";

  /** The sender of a single request. */
  static Peer of(HttpServerRequest http) {
    return new Peer(http, null);
  }

  /** What its messages have in common: the channel; without one, who sent them. */
  String session() {
    return channel == null ? principal() : channel;
  }

  /** The credentials that it came with; without any, its address. */
  String principal() {
    String key = http.getHeader(KEY);
    String credentials = key == null ? http.getHeader(AUTHORIZATION) : key;
    return credentials == null ? String.valueOf(http.remoteAddress().host()) : credentials;
  }
}
