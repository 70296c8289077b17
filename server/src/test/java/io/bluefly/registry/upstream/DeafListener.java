package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.RpcMessage;

/** Does nothing about what a server says of itself; tests say what they want to hear of it. */
class DeafListener implements UpstreamSession.Listener {
  @Override
  public void notification(RpcMessage message) {}

  @Override
  public boolean request(RpcMessage message) {
    return false;
  }
}
