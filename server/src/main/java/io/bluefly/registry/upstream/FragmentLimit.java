package io.bluefly.registry.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Closes a WebSocket whose server sends one message in too many frames: empty ones pass every limit
 * of bytes, and each takes room until the message is whole.
 */
final class FragmentLimit extends ChannelInboundHandlerAdapter {
  /** Frames of one message after its first. */
  static final int MAX = 10_000;

  private int fragments;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ContinuationWebSocketFrame part) {
      fragments++;
      if (fragments > MAX) {
        ReferenceCountUtil.release(part);
        ctx.close();
        return;
      }
      if (part.isFinalFragment()) {
        fragments = 0;
      }
    }
    ctx.fireChannelRead(message);
  }
}
