package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Where the messages about one exchange leave. Any thread may use it; order is kept. */
interface Outlet {
  /** A notification, or a request to the client, before the response. */
  void send(ObjectNode message);

  /**
   * The response, the last message.
   *
   * @param status the HTTP status, heard only where nothing was sent before
   */
  void finish(JsonNode response, int status);

  /** Ends it without a response: the request was cancelled. */
  default void abandon() {}

  /** A sign of life where the transport has one. */
  default void keepAlive() {}

  /** Breaks the stream where the client can come back for the rest. */
  default void breakStream() {}
}
