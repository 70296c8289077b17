package io.bluefly.registry.gateway;

import io.bluefly.registry.security.FrameAllowance;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Instant;

/**
 * Closes a WebSocket whose client sends more frames than it may: also pings, which Vert.x would
 * answer one by one, and empty parts of a message that never ends.
 */
final class FrameLimit extends ChannelInboundHandlerAdapter {
  /** The name of the handler of Vert.x that heeds frames. */
  private static final String VERTX = "handler";

  private final int perSecond;
  private final FrameAllowance allowance;
  private boolean over;

  private FrameLimit(int perSecond) {
    this.perSecond = perSecond;
    this.allowance =
        new FrameAllowance(() -> Instant.ofEpochSecond(0, System.nanoTime()), perSecond);
  }

  /** Takes its place before Vert.x on a WebSocket that has just been opened. */
  static void enter(ChannelPipeline pipeline, int perSecond) {
    pipeline.addBefore(VERTX, "frames", new FrameLimit(perSecond));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (over) {
      ReferenceCountUtil.release(message);
    } else if (!(message instanceof WebSocketFrame) || allowance.take()) {
      ctx.fireChannelRead(message);
    } else {
      over = true;
      ReferenceCountUtil.release(message);
      close(ctx);
    }
  }

  private void close(ChannelHandlerContext ctx) {
    String why = "a client may send " + perSecond + " frames per second (limits.max-frame-rate)";
    ctx.writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.POLICY_VIOLATION, why))
        .addListener(ChannelFutureListener.CLOSE);
  }
}
