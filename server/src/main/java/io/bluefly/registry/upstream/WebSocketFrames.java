package io.bluefly.registry.upstream;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What comes in on a WebSocket, from the answer to the upgrade on. Lives on one event loop. */
final class WebSocketFrames extends SimpleChannelInboundHandler<Object> {
  /** The server has answered, but not by a WebSocket. */
  static final class UpgradeRefused extends Exception {
    private final int status;

    UpgradeRefused(int status) {
      super("HTTP " + status, null, false, false);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  private final WebSocketClientHandshaker handshaker;
  private final int maxMessage;
  private final CompletableFuture<@Nullable Void> upgraded = new CompletableFuture<>();

  /** What came along with the answer, before anybody listened; no more is read until then. */
  private final List<byte[]> early = new ArrayList<>();

  private MessageChannel.@Nullable Listener listener;
  private @Nullable ChannelHandlerContext context;
  private boolean closed;

  WebSocketFrames(WebSocketClientHandshaker handshaker, int maxMessage) {
    this.handshaker = handshaker;
    this.maxMessage = maxMessage;
  }

  /** Completes when it is a WebSocket, reading nothing until {@link #pump}. */
  CompletableFuture<@Nullable Void> upgraded() {
    return upgraded;
  }

  /** The request for the upgrade was sent, or not. */
  void greeted(Future<? super Void> sent) {
    if (!sent.isSuccess()) {
      upgraded.completeExceptionally(sent.cause());
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case FullHttpResponse answer -> answered(ctx, answer);
      case TextWebSocketFrame text -> take(ByteBufUtil.getBytes(text.content()));
      case PingWebSocketFrame ping ->
          ctx.channel().writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
      case CloseWebSocketFrame close -> handshaker.close(ctx.channel(), close.retain());
      default -> {} // Pongs and binary messages mean nothing here.
    }
  }

  private void answered(ChannelHandlerContext ctx, FullHttpResponse answer) {
    if (!answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      upgraded.completeExceptionally(new UpgradeRefused(answer.status().code()));
      ctx.close();
      return;
    }
    ctx.channel().config().setAutoRead(false);
    ctx.pipeline().addBefore(ctx.name(), "messages", new WebSocketFrameAggregator(maxMessage));
    handshaker.finishHandshake(ctx.channel(), answer);
    upgraded.complete(null);
  }

  private void take(byte[] json) {
    if (listener == null) {
      early.add(json);
    } else {
      listener.message(json);
    }
  }

  /** Has {@code hearing} hear all from now on. */
  void pump(MessageChannel.Listener hearing) {
    listener = hearing;
    early.forEach(hearing::message);
    early.clear();
    if (closed) {
      tellEnd(hearing);
    } else if (context != null) {
      context.channel().config().setAutoRead(true);
    }
  }

  private static void tellEnd(MessageChannel.Listener hearing) {
    hearing.closed(
        new UpstreamException(FailureReason.EXITED, "the server closed the WebSocket"), List.of());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closed = true;
    upgraded.completeExceptionally(new IOException("the connection was closed by the server"));
    if (listener != null) {
      tellEnd(listener);
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable why) {
    upgraded.completeExceptionally(why);
    ctx.close();
  }
}
