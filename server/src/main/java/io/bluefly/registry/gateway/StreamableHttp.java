package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import org.jspecify.annotations.Nullable;

/** Clients that speak Streamable HTTP, of either era. */
final class StreamableHttp {
  private static final String METHODS = "POST, GET, DELETE";
  private static final String SESSION = "mcp-session-id";

  private final ModernRequests modern;
  private final LegacyRequests legacy;
  private final BodyReader bodies;

  StreamableHttp(ModernRequests modern, LegacyRequests legacy, BodyReader bodies) {
    this.modern = modern;
    this.legacy = legacy;
    this.bodies = bodies;
  }

  void handle(ClientExchange request, HttpReply reply, Address address) {
    switch (request.method().name()) {
      case "POST" -> bodies.readBytes(request, reply, body -> post(request, reply, address, body));
      case "GET" -> {
        LegacySession session = session(request, reply, address);
        if (session != null) {
          request.last();
          legacy.listen(session, reply);
        }
      }
      case "DELETE" -> {
        LegacySession session = session(request, reply, address);
        if (session != null) {
          legacy.end(session);
          reply.empty(204);
        }
      }
      default -> GatewayEndpoint.refuseMethod(request, reply, METHODS);
    }
  }

  private void post(ClientExchange request, HttpReply reply, Address address, byte[] body) {
    try {
      LegacySession session =
          Batch.is(body) ? legacy.find(Peer.of(request), address, request.header(SESSION)) : null;
      if (session != null && session.version().equals(Batch.VERSION)) {
        legacy.take(session, Batch.messages(body), reply, Peer.of(request));
      } else {
        post(new ClientRequest(address, RpcMessage.parse(body), reply, request, Peer.of(request)));
      }
    } catch (MalformedMessageException e) {
      BodyReader.refuse(reply, e);
    }
  }

  private void post(ClientRequest client) {
    if (client.isModern() && client.message().kind() == RpcMessage.Kind.RESPONSE) {
      client
          .reply()
          .error(
              400,
              "null",
              RpcCode.INVALID_REQUEST,
              "a body is one request or one notification; answers go into params.inputResponses");
    } else if (client.isModern()) {
      modern.take(client);
    } else {
      legacy.post(client);
    }
  }

  /** The session that a request without a message is about; null when the client was told. */
  private @Nullable LegacySession session(
      ClientExchange request, HttpReply reply, Address address) {
    String version = request.header("mcp-protocol-version");
    if (Era.MODERN_VERSION.equals(version)) {
      GatewayEndpoint.refuseMethod(request, reply, "POST");
      return null;
    }
    if (version != null && !Era.LEGACY_VERSIONS.contains(version)) {
      reply.error(400, "null", RpcCode.INVALID_REQUEST, LegacyRequests.VERSIONS);
      return null;
    }
    String id = request.header(SESSION);
    LegacySession session = legacy.find(Peer.of(request), address, id);
    if (session == null && id == null) {
      reply.error(
          400,
          "null",
          RpcCode.INVALID_REQUEST,
          "header Mcp-Session-Id is missing; initialize first");
    } else if (session == null) {
      LegacyRequests.refuseUnknown(reply);
    }
    return session;
  }
}
