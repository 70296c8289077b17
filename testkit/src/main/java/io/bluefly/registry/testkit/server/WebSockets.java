package io.bluefly.registry.testkit.server;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Map;

/** WebSocket at {@value StreamableHttp#PATH}: the rules of stdio, a message a text frame. */
final class WebSockets {
  static final String SUBPROTOCOL = "mcp";
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private final ServerState state;
  private final Context loop;

  WebSockets(ServerState state, Context loop) {
    this.state = state;
    this.loop = loop;
  }

  void handle(HttpServerRequest request) {
    if (!LocalOnly.allows(request)) {
      Bodies.refuse(request, FORBIDDEN, "Host or Origin is not of this machine");
    } else if (!StreamableHttp.PATH.equals(request.path())) {
      Bodies.refuse(request, NOT_FOUND, "MCP is at " + StreamableHttp.PATH);
    } else if (!offersSubprotocol(request)) {
      Bodies.refuse(request, BAD_REQUEST, "a WebSocket with subprotocol mcp is expected");
    } else {
      request.toWebSocket().onSuccess(this::open);
    }
  }

  private static boolean offersSubprotocol(HttpServerRequest request) {
    String offered = request.getHeader("Sec-WebSocket-Protocol");
    return offered != null && List.of(offered.split("\\s*,\\s*")).contains(SUBPROTOCOL);
  }

  private void open(ServerWebSocket socket) {
    Peer peer =
        new Peer(
            state,
            message -> {
              String text = Json.write(message);
              loop.runOnContext(_ -> write(socket, text));
            },
            () -> loop.runOnContext(_ -> socket.close()));
    socket.textMessageHandler(text -> {
      state.journal().note("MESSAGE", Map.of(), text);
      peer.receive(text);
    });
    socket.closeHandler(_ -> peer.close());
  }

  private static void write(ServerWebSocket socket, String text) {
    if (!socket.isClosed()) {
      socket.writeTextMessage(text);
    }
  }
}
