package io.bluefly.registry.gateway;

import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The transparent address {@code /connections/{id}/mcp}: a client talks to that one server through
 * the registry. What it sends is passed on as it came; requests are counted. Lives on one event
 * loop and never blocks it.
 */
public final class GatewayEndpoint {
  private static final String PREFIX = "/connections/";
  private static final String SUFFIX = "/mcp";

  private final Vertx vertx;
  private final Connections connections;
  private final int maxMessage;
  private final ModernRequests modern;
  private final LegacyRequests legacy;

  /** Created once for each event loop, on it; {@code parts} are shared. */
  public GatewayEndpoint(Vertx vertx, Gateway parts) {
    GatewaySettings settings = parts.settings();
    CallRouter router = new CallRouter(vertx, parts);
    HttpRelay relay = new HttpRelay(vertx, settings.callTimeout(), settings.maxMessage());
    this.vertx = vertx;
    this.connections = parts.connections();
    this.maxMessage = settings.maxMessage();
    this.modern = new ModernRequests(router, relay, settings.callTimeout());
    this.legacy = new LegacyRequests(router, relay, parts.sessions(), settings.callTimeout());
  }

  /** The connection whose transparent address {@code path} is, or null. */
  public static @Nullable String connectionId(String path) {
    int end = path.length() - SUFFIX.length();
    if (!path.startsWith(PREFIX) || !path.endsWith(SUFFIX) || end <= PREFIX.length()) {
      return null;
    }
    String id = path.substring(PREFIX.length(), end);
    return id.indexOf('/') < 0 ? id : null;
  }

  /** Serves a request to the transparent address of {@code connectionId}. */
  public void handle(HttpServerRequest request, String connectionId) {
    ClientReply reply = new ClientReply(vertx, request);
    Connection connection = connections.find(connectionId).orElse(null);
    if (connection == null || connection.isDisconnected() || !connection.isServer()) {
      reply.error(
          404,
          "null",
          RpcCode.INVALID_REQUEST,
          "there is no server '" + connectionId + "'; GET /connections lists them");
      return;
    }
    ClientRequest client = new ClientRequest(connection, request, reply);
    switch (request.method().name()) {
      case "POST" -> readBody(client, body -> post(client, body));
      case "GET" -> legacy.get(client);
      case "DELETE" -> legacy.delete(client);
      default -> {
        reply.header("allow", "POST, GET, DELETE");
        reply.error(
            405, "null", RpcCode.INVALID_REQUEST, "only POST, GET and DELETE are allowed here");
      }
    }
  }

  private void readBody(ClientRequest client, Consumer<Buffer> then) {
    Buffer body = Buffer.buffer();
    client
        .http()
        .handler(chunk -> {
          if (body.length() <= maxMessage) {
            body.appendBuffer(chunk);
          }
        });
    client
        .http()
        .endHandler(_ -> {
          if (body.length() > maxMessage) {
            client
                .reply()
                .error(
                    413,
                    "null",
                    RpcCode.INVALID_REQUEST,
                    "a message may have " + maxMessage + " bytes (gateway.max-message)");
          } else {
            then.accept(body);
          }
        });
  }

  private void post(ClientRequest client, Buffer body) {
    RpcMessage message;
    try {
      message = RpcMessage.parse(body.getBytes());
    } catch (MalformedMessageException e) {
      client.reply().error(400, "null", e.code(), e.getMessage());
      return;
    }
    if (message.era() == Era.MODERN || client.saysModern()) {
      modern.post(client, message, body);
    } else {
      legacy.post(client, message, body);
    }
  }
}
