package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import java.util.List;

/** What a request to a pool, or to all of them, comes to. */
sealed interface Found {
  /**
   * Connections that can stand in for each other may serve it.
   *
   * @param pool the pool that they are in
   * @param connectionIds the same list as long as it is the same, by registration
   * @param request as their servers shall see it
   */
  record Candidates(String pool, List<String> connectionIds, RpcMessage request) implements Found {
    public Candidates {
      connectionIds = List.copyOf(connectionIds); // An immutable one stays the same.
    }
  }

  /** The registry knows the answer; {@code result} is JSON text. */
  record Answer(String result) implements Found {}

  /** It can't be served; {@code code} is a JSON-RPC error code. */
  record Refusal(int code, String message) implements Found {}
}
