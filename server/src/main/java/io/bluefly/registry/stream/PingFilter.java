package io.bluefly.registry.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;

/**
 * Drops pings of a client that is being left: Vert.x would answer each, however many come and
 * whether or not the client reads the answers.
 */
final class PingFilter extends ChannelInboundHandlerAdapter {
  private final Peer peer;

  PingFilter(Peer peer) {
    this.peer = peer;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof PingWebSocketFrame ping && peer.isLeaving()) {
      ping.release();
    } else {
      context.fireChannelRead(message);
    }
  }
}
