package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Reads the body of a client's POST, which is one message within a limit. */
final class BodyReader {
  private final int maxMessage;

  BodyReader(int maxMessage) {
    this.maxMessage = maxMessage;
  }

  /** Goes on with the message; what is none is answered. */
  void read(HttpServerRequest request, ClientReply reply, Consumer<RpcMessage> then) {
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
  void readBytes(HttpServerRequest request, ClientReply reply, Consumer<byte[]> then) {
    Body body = new Body();
    request.handler(body::add);
    request.endHandler(_ -> {
      if (body.length > maxMessage) {
        tooLong(reply);
      } else {
        then.accept(body.bytes());
      }
    });
  }

  /** Most bodies come as one part. */
  private final class Body {
    private Buffer all = Buffer.buffer();
    private long length;

    void add(Buffer part) {
      if (length == 0) {
        all = part;
      } else if (length <= maxMessage) {
        all = all.appendBuffer(part);
      }
      length += part.length();
    }

    byte[] bytes() {
      return all.getBytes();
    }
  }

  private void tooLong(ClientReply reply) {
    reply.error(
        413,
        "null",
        RpcCode.INVALID_REQUEST,
        "a message may have " + maxMessage + " bytes (gateway.max-message)");
  }
}
