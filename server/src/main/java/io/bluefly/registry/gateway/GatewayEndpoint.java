package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.upstream.PlainHead;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.ContextInternal;

/**
 * Where MCP comes in: Streamable HTTP of both eras and WebSocket at {@code …/mcp}, HTTP+SSE of
 * 2024-11-05 at {@code …/sse}. Lives on one event loop and never blocks it.
 */
public final class GatewayEndpoint {
  /** The subprotocol of MCP over WebSocket. */
  public static final String SUBPROTOCOL = WebSocketClients.SUBPROTOCOL;

  private final Vertx vertx;
  private final ContextInternal context;
  private final CallRouter router;
  private final CallAudit audit;
  private final StreamableHttp http;
  private final WebSocketClients webSockets;
  private final SseClients sse;
  private final ClientLimits limits;
  private final Http1ServerConfig heads;
  private final ClientWatch watch;
  private final byte[] room = PlainHead.room();

  /**
   * Created once for each event loop, on it.
   *
   * @param parts what all event loops share
   * @param limits what one client may take
   */
  public GatewayEndpoint(Vertx vertx, Gateway parts, ClientLimits limits) {
    this.vertx = vertx;
    this.limits = limits;
    this.heads = limits.heads();
    this.watch = new ClientWatch(limits.settings());
    vertx.setPeriodic(watch.length().toMillis(), _ -> watch.tick());
    this.context = (ContextInternal) vertx.getOrCreateContext();
    this.router = new CallRouter(vertx, parts, limits);
    this.audit = parts.audit();
    ModernRequests modern =
        new ModernRequests(vertx, router, new HttpRelay(vertx, parts.settings()), parts);
    LegacyRequests legacy = new LegacyRequests(vertx, router, parts);
    BodyReader bodies = new BodyReader(parts.settings().maxMessage());
    this.http = new StreamableHttp(modern, legacy, bodies);
    this.webSockets = new WebSocketClients(vertx, modern, legacy, limits);
    this.sse = new SseClients(vertx, modern, legacy, bodies, parts.sseChannels(), parts.shares());
  }

  /**
   * Serves what {@code admission} lets in of the requests of an HTTP/1.1 connection, which has just
   * been opened on this event loop; all others are left to Vert.x's request handler. A connection
   * beyond the limits is closed.
   */
  public void serve(HttpConnection connection, Admission admission) {
    ChannelHandlerContext vertxs = ((HttpServerConnection) connection).channelHandlerContext();
    Channel channel = vertxs.channel();
    Runnable leave = limits.connections().enter(channel.remoteAddress());
    if (leave == null) {
      channel.close();
      return;
    }
    channel.closeFuture().addListener(_ -> leave.run());
    ClientWire wire = new ClientWire(context, watch, limits.safeLines(), admission, this::serve);
    int maxHeaders = limits.settings().maxHeaders();
    wire.enter(vertxs, pace -> new RequestDecoder(heads, maxHeaders, room, pace));
  }

  private void serve(ClientExchange exchange, McpPath path) {
    HttpReply reply = new HttpReply(vertx, exchange);
    String missing = router.missing(path.address(), exchange.principal().scope());
    if (missing != null) {
      audit.outOfScope(exchange.principal(), exchange.remoteAddress(), path);
      reply.error(404, "null", RpcCode.INVALID_REQUEST, missing);
      return;
    }
    switch (path.form()) {
      case MCP -> http.handle(exchange, reply, path.address());
      case SSE -> sse.open(exchange, reply, path.address());
      case MESSAGES -> sse.post(exchange, reply, path.address());
    }
  }

  /** Whether {@code request} asks for a WebSocket. */
  public static boolean isWebSocket(HttpServerRequest request) {
    return WebSocketClients.isUpgrade(request.getHeader(HttpHeaders.UPGRADE));
  }

  /**
   * Opens a WebSocket, which {@code request} of {@code principal} asks for, if there is one at
   * {@code path}.
   */
  public void openWebSocket(HttpServerRequest request, Principal principal, McpPath path) {
    String missing =
        path.form() == McpPath.Form.MCP
            ? router.missing(path.address(), principal.scope())
            : "a WebSocket is opened at " + McpPath.Form.MCP.suffix();
    if (missing == null) {
      webSockets.open(request, principal, path.address());
    } else {
      audit.outOfScope(principal, String.valueOf(request.remoteAddress().hostAddress()), path);
      WebSocketClients.refuse(request, 404, missing);
    }
  }

  /** There is nothing to be done here with this HTTP method. */
  static void refuseMethod(ClientExchange exchange, HttpReply reply, String allowed) {
    reply.header("allow", allowed);
    reply.error(
        405,
        "null",
        RpcCode.INVALID_REQUEST,
        exchange.method() + " is not allowed here, only " + allowed);
  }
}
