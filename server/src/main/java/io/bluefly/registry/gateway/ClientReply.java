package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcReply;

/**
 * The answer to one message of a client: a single message, or several of which the last is the
 * response. Its methods may be called from any thread; what they do keeps their order.
 */
interface ClientReply {
  /** Whether nothing more can be answered. */
  boolean isOver();

  /** Has {@code action} run when the client leaves, or cancels, before the end. */
  void onClientGone(Runnable action);

  /** Says something beside the answer where there is a place for it: an HTTP header. */
  void header(String name, String value);

  /** Sends a message that belongs to the request, before the end. */
  void event(byte[] json);

  /** Ends the answer with {@code json}; the status counts where there is one. */
  void finish(int status, byte[] json);

  /** Ends the answer without a message. */
  void empty(int status);

  /**
   * Goes on with an answer that somebody else wrote at, past this reply, and gave up; the client's
   * leaving is heard again.
   */
  default void takeBack() {}

  /** Somebody else has written the end of the answer, past this reply. */
  default void writtenPast() {}

  /** Ends the answer with an error; {@code idText} is the JSON text of the request's id. */
  default void error(int status, String idText, int code, String message) {
    finish(status, RpcReply.error(idText, code, message));
  }
}
