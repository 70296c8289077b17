package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** HTTP+SSE of 2024-11-05: a stream at {@value #PATH}, which says where to post. */
final class LegacySse {
  static final String PATH = "/sse";
  private static final String MESSAGES = "/messages";
  private static final String SESSION = "sessionId";
  private static final int ACCEPTED = 202;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;

  private final ServerState state;
  private final Context loop;

  LegacySse(ServerState state, Context loop) {
    this.state = state;
    this.loop = loop;
  }

  void handle(HttpServerRequest request) {
    if (!LocalOnly.allows(request)) {
      Bodies.refuse(request, FORBIDDEN, "Host or Origin is not of this machine");
    } else {
      Bodies.read(request, state.journal(), body -> route(request, body));
    }
  }

  private void route(HttpServerRequest request, String body) {
    switch (request.method().name() + " " + request.path()) {
      case "GET " + PATH -> open(request);
      case "POST " + MESSAGES -> post(request, body);
      case "POST " + PATH, "GET " + MESSAGES ->
          Bodies.refuse(request, NOT_ALLOWED, "GET " + PATH + " opens the stream");
      default -> Bodies.refuse(request, NOT_FOUND, "MCP is at " + PATH);
    }
  }

  private void open(HttpServerRequest request) {
    HttpServerResponse response = request.response();
    Stream stream = new Stream(loop, response);
    LegacySession session = state.sessions().open(stream);
    response.closeHandler(_ -> state.sessions().close(session.id()));
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-cache, no-transform")
        .write("event: endpoint\ndata: " + MESSAGES + "?" + SESSION + "=" + session.id() + "\n\n");
  }

  private void post(HttpServerRequest request, String body) {
    String id = request.getParam(SESSION);
    LegacySession session = state.sessions().find(id == null ? "" : id).orElse(null);
    if (session == null) {
      Bodies.refuse(request, NOT_FOUND, "Session not found");
      return;
    }
    try {
      session.receive(Incoming.parse(body), session.general());
      Bodies.empty(request, ACCEPTED);
    } catch (McpException e) {
      Bodies.write(request, e.status(), e.toResponse(null));
    }
  }

  /** The session's only stream: responses are messages like all others. */
  private record Stream(Context loop, HttpServerResponse response) implements Outlet {
    @Override
    public void send(ObjectNode message) {
      write(message);
    }

    @Override
    public void finish(JsonNode message, int status) {
      write(message);
    }

    private void write(JsonNode message) {
      String event = "event: message\ndata: " + Json.write(message) + "\n\n";
      loop.runOnContext(_ -> {
        if (!response.ended() && !response.closed()) {
          response.write(event);
        }
      });
    }
  }
}
