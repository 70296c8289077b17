package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Context;
import io.vertx.core.http.ServerWebSocket;

/** A client's WebSocket: one message a text frame. Bounded for a client that does not read. */
final class WebSocketStream implements ClientStream {
  /** Bytes that may wait for a client that does not read. */
  private static final long MAX_BACKLOG = 16 << 20;

  private static final short TOO_SLOW = 1013;

  private final ServerWebSocket socket;
  private final Context context;
  private long backlog;

  /** Created on the socket's event loop. */
  WebSocketStream(ServerWebSocket socket, Context context) {
    this.socket = socket;
    this.context = context;
    socket.drainHandler(_ -> backlog = 0);
  }

  @Override
  public void event(byte[] json) {
    context.runOnContext(_ -> write(json));
  }

  private void write(byte[] json) {
    if (socket.isClosed()) {
      return;
    }
    if (socket.writeQueueFull()) {
      backlog += json.length;
      if (backlog > MAX_BACKLOG) {
        socket.close(TOO_SLOW, "the client reads too slowly");
        return;
      }
    }
    socket.writeTextMessage(new String(json, UTF_8));
  }

  @Override
  public void endStream() {
    context.runOnContext(_ -> socket.close());
  }
}
