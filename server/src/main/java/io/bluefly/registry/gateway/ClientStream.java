package io.bluefly.registry.gateway;

/** Where a client hears what belongs to no request of its own. */
interface ClientStream {
  /** Sends a message. */
  void event(byte[] json);

  /** Ends the stream. */
  void endStream();
}
