package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;

/**
 * The answer to a request that changes something when the server says yes.
 *
 * @param to where the answer goes
 * @param change run before a result, not before an error
 */
record Confirming(ClientReply to, Runnable change) implements WrappedReply {
  @Override
  public void finish(int status, byte[] json) {
    if (isResult(json)) {
      change.run();
    }
    to.finish(status, json);
  }

  private static boolean isResult(byte[] json) {
    try {
      return RpcMessage.parse(json).result() != null;
    } catch (MalformedMessageException e) {
      return false;
    }
  }
}
