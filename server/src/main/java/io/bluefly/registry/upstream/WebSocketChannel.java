package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.EgressRefusedException;
import io.vertx.core.Future;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server reached by WebSocket: subprotocol {@code mcp}, one JSON message a text frame. */
final class WebSocketChannel implements MessageChannel {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final int REDIRECTION = 300;
  private static final int CLIENT_ERROR = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final WebSocket socket;

  private WebSocketChannel(WebSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens one.
   *
   * @param headers the registry's own, by name in lower case
   */
  static WebSocketChannel open(
      WebSocketClient client, URI url, OwnHeaders headers, EgressGuard guard)
      throws UpstreamException {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions().setAbsoluteURI(url.toString()).addSubProtocol("mcp");
    headers.now().forEach(options::addHeader);
    try {
      Future<WebSocket> opening =
          Future.fromCompletionStage(guard.resolve(url.getHost()))
              .compose(address -> client.connect(at(options, address)))
              .map(WebSocketChannel::paused);
      return new WebSocketChannel(inTime(opening));
    } catch (ExecutionException e) {
      throw refused(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw new UpstreamException(FailureReason.TIMEOUT, "the WebSocket did not open in time");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
  }

  /** The host's name stays for the certificate and the header Host. */
  private static WebSocketConnectOptions at(WebSocketConnectOptions options, InetAddress address) {
    options.setServer(
        SocketAddress.inetSocketAddress(options.getPort(), address.getHostAddress()));
    return options;
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
      int status = rejected.getStatus();
      return status == UNAUTHORIZED || status == FORBIDDEN
          ? UpstreamException.wantsCredentials(status)
          : new UpstreamException(
              FailureReason.PROTOCOL,
              "the server answered the WebSocket upgrade with HTTP "
                  + status
                  + (status >= REDIRECTION && status < CLIENT_ERROR
                      ? ", and redirections are not followed"
                      : ""));
    }
    if (cause instanceof EgressRefusedException) {
      return new UpstreamException(
          FailureReason.CONFIGURATION, String.valueOf(cause.getMessage()));
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
