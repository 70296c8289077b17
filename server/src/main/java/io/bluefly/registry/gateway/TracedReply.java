package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.telemetry.CallError;
import io.bluefly.registry.telemetry.Trace;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a request that a collector is told of.
 *
 * @param to where the answer goes
 * @param trace ends with it
 */
record TracedReply(ClientReply to, Trace trace) implements WrappedReply {
  @Override
  public void onClientGone(Runnable action) {
    to.onClientGone(() -> {
      trace.end(CallError.CANCELLED);
      action.run();
    });
  }

  @Override
  public void finish(int status, byte[] json) {
    to.finish(status, json);
    trace.end(error(json));
  }

  private static @Nullable CallError error(byte[] json) {
    try {
      return error(RpcMessage.parse(json));
    } catch (MalformedMessageException e) {
      return CallError.OTHER;
    }
  }

  /** How a response says that the call failed; null when it does not. */
  static @Nullable CallError error(RpcMessage response) {
    if (response.error() != null) {
      return CallError.ofCode(response.errorCode());
    }
    return response.toolError() ? CallError.TOOL : null;
  }

  @Override
  public void empty(int status) {
    to.empty(status);
    trace.end();
  }

  @Override
  public void writtenPast() {
    to.writtenPast();
    trace.end();
  }
}
