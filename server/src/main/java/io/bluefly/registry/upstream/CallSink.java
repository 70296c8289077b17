package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.RpcMessage;

/**
 * Receives what a server sends for one call. Exactly one of {@link #response} and {@link #failed}
 * ends it. Called on whichever thread reads from the server: it must not block.
 */
public interface CallSink {
  /** A notification that belongs to the call, with the caller's own progress token. */
  void message(RpcMessage message);

  /**
   * A request of the server that belongs to the call; whoever takes it answers by {@link
   * UpstreamSession#send}.
   *
   * @return false when nobody here can answer it; the server is told so
   */
  default boolean request(RpcMessage message) {
    return false;
  }

  /** The answer, with the caller's own id. */
  void response(RpcMessage response);

  /** There will be no answer. */
  void failed(CallFailure failure);
}
