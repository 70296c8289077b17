package io.bluefly.registry.upstream;

import java.util.List;

/** A two-way stream of messages with a server: a child's pipes, a WebSocket, or HTTP+SSE. */
interface MessageChannel {
  /** Hears what comes from the server; called from one thread at a time. */
  interface Listener {
    /** What came from the server. */
    enum Taken {
      /** What a call has waited for. */
      ANSWER,
      /** Any other message. */
      MESSAGE,
      /** No message. */
      GARBAGE
    }

    /** A whole message; says what it was. */
    Taken message(byte[] json);

    /**
     * A message that {@link MessageChannel#send} took has not reached the server, or it is not
     * known whether it has. The channel goes on.
     *
     * @param kind what is known
     */
    default void undelivered(byte[] json, CallFailure.Kind kind, UpstreamException why) {}

    /**
     * The channel has ended, by whichever side; called once.
     *
     * @param unsent what {@link MessageChannel#send} took and has not begun to send: it did not
     *     reach the server
     */
    void closed(UpstreamException why, List<byte[]> unsent);
  }

  /**
   * Queues a message.
   *
   * @return false when the channel is closed or its queue is full: the message did not reach the
   *     server
   */
  boolean send(byte[] json);

  /** Ends the channel and what it owns; safe to call twice. */
  void close();
}
