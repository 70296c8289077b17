package io.bluefly.registry.testkit.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Reads and writes whole bodies. */
final class Bodies {
  private static final int MOST = 4 * 1024 * 1024;
  private static final int TOO_LARGE = 413;

  private Bodies() {}

  /** Hands over the body once it is there, and notes the request; 413 when it is too large. */
  static void read(HttpServerRequest request, Journal journal, Consumer<String> next) {
    Buffer body = Buffer.buffer();
    request.handler(part -> {
      if (body.length() + part.length() <= MOST) {
        body.appendBuffer(part);
      } else if (!request.response().ended()) {
        refuse(request, TOO_LARGE, "the body has more than " + MOST + " bytes");
      }
    });
    request.endHandler(_ -> {
      if (!request.response().ended()) {
        String text = body.toString(UTF_8);
        Map<String, String> headers = new LinkedHashMap<>();
        request.headers().forEach(header -> headers.put(header.getKey(), header.getValue()));
        journal.note(request.method().name(), headers, text);
        next.accept(text);
      }
    });
  }

  static void refuse(HttpServerRequest request, int status, String why) {
    write(request, status, McpException.refused(status, why).toResponse(null));
  }

  static void write(HttpServerRequest request, int status, ObjectNode body) {
    request
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(Json.write(body));
  }

  static void empty(HttpServerRequest request, int status) {
    request.response().setStatusCode(status).end();
  }
}
