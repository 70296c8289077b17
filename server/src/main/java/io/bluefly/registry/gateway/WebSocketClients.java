package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.RpcCode;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.Arrays;

/** Clients that speak MCP over WebSocket: subprotocol {@code mcp}, one message a text frame. */
final class WebSocketClients {
  /** The subprotocol, which a client must ask for. */
  static final String SUBPROTOCOL = "mcp";

  private static final long PING_MS = 30_000;
  private static final short NOT_TEXT = 1003;

  private final Vertx vertx;
  private final ModernRequests modern;
  private final LegacyRequests legacy;

  WebSocketClients(Vertx vertx, ModernRequests modern, LegacyRequests legacy) {
    this.vertx = vertx;
    this.modern = modern;
    this.legacy = legacy;
  }

  /** Whether the client wants a WebSocket. */
  static boolean isUpgrade(HttpServerRequest request) {
    return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE));
  }

  /** Opens a channel to {@code address}. */
  void open(HttpServerRequest request, HttpReply reply, Address address) {
    String offered = request.getHeader("sec-websocket-protocol");
    boolean fits =
        offered != null
            && Arrays.stream(offered.split(",")).map(String::strip).anyMatch(SUBPROTOCOL::equals);
    if (!fits) {
      reply.error(
          400,
          "null",
          RpcCode.INVALID_REQUEST,
          "a WebSocket to this address must ask for the subprotocol " + SUBPROTOCOL);
      return;
    }
    request.toWebSocket().onSuccess(socket -> opened(socket, request, address));
  }

  private void opened(ServerWebSocket socket, HttpServerRequest opening, Address address) {
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
