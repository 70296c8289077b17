package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.security.Principal;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Clients that speak MCP over WebSocket: subprotocol {@code mcp}, one message a text frame. */
final class WebSocketClients {
  /** The subprotocol, which a client must ask for. */
  static final String SUBPROTOCOL = "mcp";

  private static final long PING_MS = 30_000;
  private static final short NOT_TEXT = 1003;

  private final Vertx vertx;
  private final ModernRequests modern;
  private final LegacyRequests legacy;
  private final int maxFrameRate;

  WebSocketClients(Vertx vertx, ModernRequests modern, LegacyRequests legacy, ClientLimits limits) {
    this.vertx = vertx;
    this.modern = modern;
    this.legacy = legacy;
    this.maxFrameRate = limits.settings().maxFrameRate();
  }

  /** Whether a client that sends this header wants a WebSocket; others may want HTTP/2. */
  static boolean isUpgrade(@Nullable String header) {
    return "websocket".equalsIgnoreCase(header);
  }

  /** Opens a channel to {@code address}. */
  void open(HttpServerRequest request, Principal principal, Address address) {
    String offered = request.getHeader("sec-websocket-protocol");
    boolean fits =
        offered != null
            && Arrays.stream(offered.split(",")).map(String::strip).anyMatch(SUBPROTOCOL::equals);
    if (!fits) {
      refuse(
          request, 400, "a WebSocket to this address must ask for the subprotocol " + SUBPROTOCOL);
      return;
    }
    ChannelPipeline pipeline =
        ((HttpServerConnection) request.connection()).channelHandlerContext().pipeline();
    request
        .toWebSocket()
        .onSuccess(socket -> {
          FrameLimit.enter(pipeline, maxFrameRate);
          opened(socket, new Opening(request, principal), address);
        });
  }

  /** Answers why there will be no WebSocket. */
  static void refuse(HttpServerRequest request, int status, String why) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(Buffer.buffer(RpcReply.error("null", RpcCode.INVALID_REQUEST, why)));
  }

  /** The request that opened a WebSocket. */
  private record Opening(HttpServerRequest request, Principal principal) implements RequestHead {
    @Override
    public @Nullable String header(CharSequence name) {
      return request.getHeader(name);
    }

    @Override
    public String remoteAddress() {
      return String.valueOf(request.remoteAddress().hostAddress());
    }
  }

  private void opened(ServerWebSocket socket, Opening opening, Address address) {
    ChannelClient client =
        new ChannelClient(
            opening,
            address,
            new WebSocketStream(socket, vertx.getOrCreateContext()),
            modern,
            legacy);
    long pings = vertx.setPeriodic(PING_MS, _ -> socket.writePing(Buffer.buffer()));
    socket.textMessageHandler(text -> client.take(text.getBytes(UTF_8)));
    socket.binaryMessageHandler(_ -> socket.close(NOT_TEXT, "messages are text"));
    socket.exceptionHandler(_ -> socket.close());
    socket.closeHandler(_ -> {
      vertx.cancelTimer(pings);
      client.gone();
    });
  }
}
