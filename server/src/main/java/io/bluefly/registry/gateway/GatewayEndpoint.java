package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcCode;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/**
 * Where MCP comes in: Streamable HTTP of both eras and WebSocket at {@code …/mcp}, HTTP+SSE of
 * 2024-11-05 at {@code …/sse}. Lives on one event loop and never blocks it.
 */
public final class GatewayEndpoint {
  /** The subprotocol of MCP over WebSocket. */
  public static final String SUBPROTOCOL = WebSocketClients.SUBPROTOCOL;

  private final Vertx vertx;
  private final CallRouter router;
  private final StreamableHttp http;
  private final WebSocketClients webSockets;
  private final SseClients sse;

  /**
   * Created once for each event loop, on it.
   *
   * @param parts what all event loops share
   */
  public GatewayEndpoint(Vertx vertx, Gateway parts) {
    this.vertx = vertx;
    this.router = new CallRouter(vertx, parts);
    ModernRequests modern =
        new ModernRequests(vertx, router, new HttpRelay(vertx, parts.settings()), parts);
    LegacyRequests legacy = new LegacyRequests(vertx, router, parts);
    BodyReader bodies = new BodyReader(parts.settings().maxMessage());
    this.http = new StreamableHttp(modern, legacy, bodies);
    this.webSockets = new WebSocketClients(vertx, modern, legacy);
    this.sse = new SseClients(vertx, modern, legacy, bodies, parts.sseChannels());
  }

  /** Serves a request to {@code path}. */
  public void handle(HttpServerRequest request, McpPath path) {
    HttpReply reply = new HttpReply(vertx, request);
    String missing = router.missing(path.address());
    if (missing != null) {
      reply.error(404, "null", RpcCode.INVALID_REQUEST, missing);
      return;
    }
    switch (path.form()) {
      case MCP -> {
        if (WebSocketClients.isUpgrade(request)) {
          webSockets.open(request, reply, path.address());
        } else {
          http.handle(request, reply, path.address());
        }
      }
      case SSE -> sse.open(request, reply, path.address());
      case MESSAGES -> sse.post(request, reply, path.address());
    }
  }

  /** There is nothing to be done here with this HTTP method. */
  static void refuseMethod(HttpServerRequest request, HttpReply reply, String allowed) {
    reply.header("allow", allowed);
    reply.error(
        405,
        "null",
        RpcCode.INVALID_REQUEST,
        request.method() + " is not allowed here, only " + allowed);
  }
}
