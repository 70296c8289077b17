package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Consumer;

/** Reads the body of a client's POST, which is one message within a limit. */
final class BodyReader {
  private final int maxMessage;

  BodyReader(int maxMessage) {
    this.maxMessage = maxMessage;
  }

  /** Goes on with the message; what is none is answered. */
  void read(ClientExchange request, ClientReply reply, Consumer<RpcMessage> then) {
    readBytes(
        request,
        reply,
        body -> {
          try {
            then.accept(RpcMessage.parse(body));
          } catch (MalformedMessageException e) {
            refuse(reply, e);
          }
        });
  }

  /** The body is no message. */
  static void refuse(ClientReply reply, MalformedMessageException why) {
    reply.error(400, "null", why.code(), String.valueOf(why.getMessage()));
  }

  /** Goes on with the body; one that is too long is answered. */
  void readBytes(ClientExchange request, ClientReply reply, Consumer<byte[]> then) {
    String encoding = request.header(HttpHeaderNames.CONTENT_ENCODING);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      reply.error(
          415,
          "null",
          RpcCode.INVALID_REQUEST,
          "send the body as it is, without Content-Encoding: nothing is decompressed here");
      return;
    }
    request.body(
        maxMessage,
        body -> {
          if (body == null) {
            tooLong(reply);
          } else {
            then.accept(body);
          }
        });
  }

  private void tooLong(ClientReply reply) {
    reply.error(
        413,
        "null",
        RpcCode.INVALID_REQUEST,
        "a message may have " + maxMessage + " bytes (gateway.max-message)");
  }
}
