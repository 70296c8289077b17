package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * Clients that speak HTTP+SSE of 2024-11-05: a stream that first says where messages go, and those
 * as POSTs of their own.
 */
final class SseClients {
  private final Vertx vertx;
  private final ModernRequests modern;
  private final LegacyRequests legacy;
  private final BodyReader bodies;
  private final SseChannels channels;
  private final SessionShares shares;

  SseClients(
      Vertx vertx,
      ModernRequests modern,
      LegacyRequests legacy,
      BodyReader bodies,
      SseChannels channels,
      SessionShares shares) {
    this.vertx = vertx;
    this.modern = modern;
    this.legacy = legacy;
    this.bodies = bodies;
    this.channels = channels;
    this.shares = shares;
  }

  /** Opens a stream to {@code address}. */
  void open(ClientExchange request, HttpReply reply, Address address) {
    if (!request.method().name().equals("GET")) {
      GatewayEndpoint.refuseMethod(request, reply, "GET");
      return;
    }
    if (!shares.take(request.principal())) {
      reply.error(429, "null", RpcCode.OVERLOADED, shares.refusal());
      return;
    }
    Context context = vertx.getOrCreateContext();
    ChannelClient client = new ChannelClient(request, address, reply, modern, legacy);
    String id =
        channels.add(
            request.principal(),
            address,
            message -> context.runOnContext(_ -> client.take(message)));
    if (id == null) {
      shares.giveBack(request.principal());
      reply.error(
          503,
          "null",
          RpcCode.UPSTREAM_UNAVAILABLE,
          "too many streams are open (gateway.max-sessions); try again later");
      return;
    }
    request.last();
    reply.startStream(() -> {
      channels.remove(id);
      shares.giveBack(request.principal());
      client.gone();
    });
    reply.named(
        "endpoint", new McpPath(address, McpPath.Form.MESSAGES).text() + "?sessionId=" + id);
  }

  /** Takes a message of an open stream. */
  void post(ClientExchange request, HttpReply reply, Address address) {
    if (!request.method().name().equals("POST")) {
      GatewayEndpoint.refuseMethod(request, reply, "POST");
      return;
    }
    bodies.read(
        request,
        reply,
        message -> {
          // Not before: while the body was on its way the stream may have ended.
          Consumer<RpcMessage> channel =
              channels.find(request.principal(), address, request.parameter("sessionId"));
          if (channel == null) {
            reply.error(
                404,
                "null",
                RpcCode.SESSION_NOT_FOUND,
                "Session not found; open the stream again and post to the endpoint that it names");
          } else {
            channel.accept(message);
            reply.empty(202);
          }
        });
  }
}
