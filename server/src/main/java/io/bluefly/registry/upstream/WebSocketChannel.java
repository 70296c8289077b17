package io.bluefly.registry.upstream;

import io.bluefly.registry.security.EgressRefusedException;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshaker;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakerFactory;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.vertx.core.Future;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A server reached by WebSocket: subprotocol {@code mcp}, one JSON message a text frame. Made of
 * Netty's own parts on a connection like those of {@link HttpWires}: Vert.x's client looks the name
 * up itself and can't be told to which address to connect.
 */
final class WebSocketChannel implements MessageChannel {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int REDIRECTION = 300;
  private static final int CLIENT_ERROR = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final Channel channel;
  private final WebSocketFrames frames;

  private WebSocketChannel(Channel channel, WebSocketFrames frames) {
    this.channel = channel;
    this.frames = frames;
  }

  /**
   * Opens one; waits until it is open.
   *
   * @param target what {@code url} means
   */
  static WebSocketChannel open(NetClient client, URI url, HttpTarget target, int maxMessage)
      throws UpstreamException {
    return open(client, url, target, maxMessage, CONNECT);
  }

  /** The same with another time for all of it. */
  static WebSocketChannel open(
      NetClient client, URI url, HttpTarget target, int maxMessage, Duration patience)
      throws UpstreamException {
    HttpHeaders headers = new DefaultHttpHeaders();
    target.headers().forEach(headers::add);
    CompletableFuture<@Nullable Void> givenUp = new CompletableFuture<>();
    Future<WebSocketChannel> opening =
        Future.fromCompletionStage(target.address())
            .compose(address -> client.connect(HttpWires.options(target, address)))
            .compose(socket -> upgrade(socket, url, headers, maxMessage, givenUp));
    try {
      return opening
          .toCompletionStage()
          .toCompletableFuture()
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw refused(target, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      givenUp.complete(null);
      throw new UpstreamException(FailureReason.TIMEOUT, "the WebSocket did not open in time");
    } catch (InterruptedException e) {
      givenUp.complete(null);
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
  }

  /**
   * On the connection's event loop, before anything has been read.
   *
   * @param givenUp completes when nobody waits for it any more, which may be before this begins
   */
  private static Future<WebSocketChannel> upgrade(
      NetSocket socket,
      URI url,
      HttpHeaders headers,
      int maxMessage,
      CompletableFuture<@Nullable Void> givenUp) {
    ChannelHandlerContext end = ((NetSocketInternal) socket).channelHandlerContext();
    Channel channel = end.channel();
    WebSocketClientHandshaker handshaker =
        WebSocketClientHandshakerFactory.newHandshaker(
            url, WebSocketVersion.V13, "mcp", false, headers, maxMessage);
    WebSocketFrames frames = new WebSocketFrames(handshaker, maxMessage);
    ChannelPipeline pipeline = end.pipeline();
    pipeline.addBefore(end.name(), "http", new HttpClientCodec());
    pipeline.addBefore(end.name(), "frames", frames);
    handshaker.handshake(channel).addListener(frames::greeted);
    var _ = givenUp.thenRun(channel::close); // Whoever never answers would keep it open.
    return Future.fromCompletionStage(frames.upgraded())
        .map(_ -> new WebSocketChannel(channel, frames));
  }

  private static UpstreamException refused(HttpTarget target, Throwable cause) {
    return switch (cause) {
      case WebSocketFrames.UpgradeRefused refused -> refused(refused.status());
      case EgressRefusedException _ -> UpstreamException.unreached(target, cause);
      case IOException broken ->
          new UpstreamException(
              FailureReason.UNREACHABLE, "the WebSocket can't be opened: " + broken.getMessage());
      // What is said of an answer may be the server's own words.
      default ->
          new UpstreamException(
              FailureReason.PROTOCOL, "the server's answer to the WebSocket upgrade is none");
    };
  }

  private static UpstreamException refused(int status) {
    boolean redirection = status >= REDIRECTION && status < CLIENT_ERROR;
    return status == UNAUTHORIZED || status == FORBIDDEN
        ? UpstreamException.wantsCredentials(status)
        : new UpstreamException(
            FailureReason.PROTOCOL,
            "the server answered the WebSocket upgrade with HTTP "
                + status
                + (redirection ? ", and redirections are not followed" : ""));
  }

  void pump(Listener listener) {
    channel.eventLoop().execute(() -> frames.pump(listener));
  }

  @Override
  public boolean send(byte[] json) {
    if (frames.isEnding() || !channel.isActive() || !channel.isWritable()) {
      return false;
    }
    // A copy: frames are masked, and whose bytes these are may send them again.
    channel
        .writeAndFlush(new TextWebSocketFrame(Unpooled.copiedBuffer(json)))
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    return true;
  }

  @Override
  public void close() {
    if (!channel.isActive()) {
      return;
    }
    // Who does not read would not let the last frame go.
    channel.eventLoop().schedule(() -> channel.close(), CLOSE.toMillis(), TimeUnit.MILLISECONDS);
    channel
        .writeAndFlush(new CloseWebSocketFrame(WebSocketCloseStatus.NORMAL_CLOSURE))
        .addListener(_ -> channel.close());
  }
}
