package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.connections.Endpoint.WebSocketEndpoint;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.security.UnknownSecretException;
import io.vertx.core.Future;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server reached by WebSocket: subprotocol {@code mcp}, one JSON message a text frame. */
final class WebSocketChannel implements MessageChannel {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final WebSocket socket;

  private WebSocketChannel(WebSocket socket) {
    this.socket = socket;
  }

  static WebSocketChannel open(
      WebSocketClient client,
      WebSocketEndpoint endpoint,
      Secrets secrets,
      UpstreamSettings settings)
      throws UpstreamException {
    try {
      WebSocketConnectOptions options =
          new WebSocketConnectOptions()
              .setAbsoluteURI(endpoint.url().toString())
              .addSubProtocol("mcp");
      HttpTarget.resolve(endpoint.headers(), secrets).forEach(options::addHeader);
      return new WebSocketChannel(inTime(client.connect(options).map(WebSocketChannel::paused)));
    } catch (UnknownSecretException e) {
      throw new UpstreamException(FailureReason.CONFIGURATION, e.getMessage());
    } catch (ExecutionException e) {
      throw refused(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new UpstreamException(FailureReason.TIMEOUT, "the WebSocket did not open in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
  }

  private static WebSocket paused(WebSocket opened) {
    opened.pause();
    return opened;
  }

  private static WebSocket inTime(Future<WebSocket> connecting)
      throws ExecutionException, TimeoutException, InterruptedException {
    try {
      return connecting
          .toCompletionStage()
          .toCompletableFuture()
          .get(CONNECT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      connecting.onSuccess(WebSocket::close); // Nobody waits for it any more.
      throw e;
    }
  }

  private static UpstreamException refused(Throwable cause) {
    if (cause instanceof UpgradeRejectedException rejected) {
      boolean credentials =
          rejected.getStatus() == UNAUTHORIZED || rejected.getStatus() == FORBIDDEN;
      return new UpstreamException(
          credentials ? FailureReason.NEEDS_AUTHENTICATION : FailureReason.PROTOCOL,
          "the server answered the WebSocket upgrade with HTTP " + rejected.getStatus());
    }
    return new UpstreamException(
        FailureReason.UNREACHABLE, "the WebSocket can't be opened: " + cause.getMessage());
  }

  void pump(Listener listener) {
    socket.textMessageHandler(text -> listener.message(text.getBytes(UTF_8)));
    socket.exceptionHandler(_ -> socket.close());
    socket.closeHandler(_ ->
        listener.closed(
            new UpstreamException(FailureReason.EXITED, "the server closed the WebSocket"),
            List.of()));
    socket.resume();
  }

  @Override
  public boolean send(byte[] json) {
    if (socket.isClosed() || socket.writeQueueFull()) {
      return false;
    }
    socket.writeTextMessage(new String(json, UTF_8));
    return true;
  }

  @Override
  public void close() {
    socket.close();
  }
}
