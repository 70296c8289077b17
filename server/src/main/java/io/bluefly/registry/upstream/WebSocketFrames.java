package io.bluefly.registry.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What comes in on a WebSocket, from the answer to the upgrade on. Lives on one event loop. */
final class WebSocketFrames extends SimpleChannelInboundHandler<Object> {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int GOODBYE_SECONDS = 1;

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

  /** Frames that came with an answer that was early itself. */
  private final List<ByteBuf> unread = new ArrayList<>();

  private MessageChannel.@Nullable Listener listener;
  private @Nullable ChannelHandlerContext context;
  private @Nullable HttpResponse accepted;
  private boolean greeted;
  private boolean answered;
  private volatile boolean ending;
  private boolean closed;

  WebSocketFrames(WebSocketClientHandshaker handshaker, int maxMessage) {
    this.handshaker = handshaker;
    this.maxMessage = maxMessage;
  }

  /** Completes when it is a WebSocket, reading nothing until {@link #pump}. */
  CompletableFuture<@Nullable Void> upgraded() {
    return upgraded;
  }

  /**
   * The request for the upgrade was sent, or not. Only now the handshaker has put its encoder in
   * place, and the answer may have come before (with io_uring it does now and then): what is sent
   * without the encoder goes nowhere.
   */
  void greeted(Future<? super Void> sent) {
    if (!sent.isSuccess()) {
      upgraded.completeExceptionally(sent.cause());
      return;
    }
    greeted = true;
    if (answered && context != null) {
      try {
        switchOver(context);
      } catch (RuntimeException e) { // A listener's would be told to nobody.
        exceptionCaught(context, e);
      }
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case HttpResponse answer -> answered(ctx, answer);
      case LastHttpContent _ -> wholeAnswer(ctx);
      case ByteBuf frames -> unread.add(frames.retain());
      case TextWebSocketFrame text -> take(ByteBufUtil.getBytes(text.content()));
      case PingWebSocketFrame ping -> pong(ctx, ping);
      case CloseWebSocketFrame close -> goodbye(ctx, close);
      default -> {} // Pongs and binary messages mean nothing here.
    }
  }

  /** Its status counts at once: what comes with a refusal may be long, or never end. */
  private void answered(ChannelHandlerContext ctx, HttpResponse answer) {
    int status = answer.status().code();
    boolean broken = answer.decoderResult().isFailure();
    if (broken && status != UNAUTHORIZED && status != FORBIDDEN) {
      upgraded.completeExceptionally(answer.decoderResult().cause());
      ctx.close();
    } else if (!answer.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
      upgraded.completeExceptionally(new UpgradeRefused(status));
      ctx.close();
    } else {
      accepted = answer;
    }
  }

  private void wholeAnswer(ChannelHandlerContext ctx) {
    answered = true;
    if (greeted) {
      switchOver(ctx);
    }
  }

  private void switchOver(ChannelHandlerContext ctx) {
    HttpResponse answer = accepted;
    if (answer == null) {
      return;
    }
    accepted = null;
    ctx.channel().config().setAutoRead(false);
    ctx.pipeline().addBefore(ctx.name(), "fragments", new FragmentLimit());
    ctx.pipeline().addBefore(ctx.name(), "messages", new WebSocketFrameAggregator(maxMessage));
    handshaker.finishHandshake(
        ctx.channel(),
        new DefaultFullHttpResponse(
            answer.protocolVersion(),
            answer.status(),
            Unpooled.EMPTY_BUFFER,
            answer.headers(),
            EmptyHttpHeaders.INSTANCE));
    ChannelHandlerContext codec = ctx.pipeline().context(HttpClientCodec.class);
    unread.forEach(codec::fireChannelRead);
    unread.clear();
    upgraded.complete(null);
  }

  /** Whoever pings and does not read would fill the heap with what is answered. */
  private static void pong(ChannelHandlerContext ctx, PingWebSocketFrame ping) {
    if (ctx.channel().isWritable()) {
      ctx.channel().writeAndFlush(new PongWebSocketFrame(ping.content().retain()));
    } else {
      ctx.close();
    }
  }

  private void goodbye(ChannelHandlerContext ctx, CloseWebSocketFrame close) {
    ending = true;
    ctx.executor().schedule(() -> ctx.close(), GOODBYE_SECONDS, TimeUnit.SECONDS);
    handshaker.close(ctx.channel(), close.retain());
  }

  /** Whether the server has said that it closes; nothing may be sent after that. */
  boolean isEnding() {
    return ending;
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
    try {
      early.forEach(hearing::message);
    } finally { // Else nothing would be read any more, not even the end.
      early.clear();
      goOn(hearing);
    }
  }

  private void goOn(MessageChannel.Listener hearing) {
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
    unread.forEach(ByteBuf::release);
    unread.clear();
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
