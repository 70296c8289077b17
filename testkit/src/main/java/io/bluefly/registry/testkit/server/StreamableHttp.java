package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Streamable HTTP at {@value #PATH}, of both eras. Everything here happens on the event loop. */
final class StreamableHttp {
  static final String PATH = "/mcp";
  private static final String SESSION = "Mcp-Session-Id";
  private static final String VERSION = "MCP-Protocol-Version";
  private static final int OK = 200;
  private static final int ACCEPTED = 202;
  private static final int BAD_REQUEST = 400;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final int NOT_ACCEPTABLE = 406;
  private static final int CONFLICT = 409;
  private static final int UNSUPPORTED_TYPE = 415;

  private final ServerState state;
  private final Context loop;
  private final ModernHeaders headers;
  private final Map<String, HttpSession> sessions = new HashMap<>();

  StreamableHttp(ServerState state, Context loop) {
    this.state = state;
    this.loop = loop;
    this.headers = new ModernHeaders(state.catalogue());
  }

  void handle(HttpServerRequest request) {
    if (!LocalOnly.allows(request)) {
      Bodies.refuse(request, FORBIDDEN, "Host or Origin is not of this machine");
    } else if (!PATH.equals(request.path())) {
      Bodies.refuse(request, NOT_FOUND, "MCP is at " + PATH);
    } else {
      Bodies.read(request, state.journal(), body -> route(request, body));
    }
  }

  private void route(HttpServerRequest request, String body) {
    switch (request.method().name()) {
      case "POST" -> post(request, body);
      case "GET" -> legacyOnly(request, this::get);
      case "DELETE" -> legacyOnly(request, this::delete);
      default -> notAllowed(request);
    }
  }

  private interface Action {
    void on(HttpServerRequest request, HttpSession session);
  }

  private void legacyOnly(HttpServerRequest request, Action action) {
    if (!state.options().era().legacy()) {
      notAllowed(request);
      return;
    }
    HttpSession session = session(request);
    if (session != null) {
      action.on(request, session);
    }
  }

  private void notAllowed(HttpServerRequest request) {
    String allowed = state.options().era().legacy() ? "POST, GET, DELETE" : "POST";
    request.response().putHeader("Allow", allowed);
    Bodies.refuse(request, NOT_ALLOWED, "allowed: " + allowed);
  }

  private void post(HttpServerRequest request, String body) {
    if (!header(request, "Content-Type").startsWith("application/json")) {
      Bodies.refuse(request, UNSUPPORTED_TYPE, "Content-Type must be application/json");
      return;
    }
    @Nullable JsonNode id = null;
    try {
      Incoming message = Incoming.parse(body);
      id = message.id();
      if (isModern(request, message)) {
        modern(request, message);
      } else {
        legacy(request, message);
      }
    } catch (McpException e) {
      Bodies.write(request, e.status(), e.toResponse(id));
    }
  }

  private boolean isModern(HttpServerRequest request, Incoming message) {
    return switch (state.options().era()) {
      case MODERN -> true;
      case LEGACY -> false;
      case BOTH -> message.isModern() || header(request, VERSION).equals(Era.MODERN_VERSION);
    };
  }

  private void modern(HttpServerRequest request, Incoming message) throws McpException {
    if (message.isResponse()) {
      throw McpException.invalidRequest("responses are not taken: see input_required");
    }
    if (message.isNotification()) {
      Bodies.empty(request, ACCEPTED);
      return;
    }
    state.modern().checkMeta(message);
    headers.checkVersion(message, request.headers()::getAll);
    state.modern().checkVersion(message);
    headers.checkRouting(message, request.headers()::getAll);
    if (!accepts(request)) {
      return;
    }
    Cancellation cancellation = new Cancellation();
    HttpStream stream =
        new HttpStream(loop, "", HttpStream.Kind.ONCE, whole(request, cancellation::cancel));
    new Calls(state)
        .start(
            message,
            stream,
            cancellation,
            () -> state.modern().result(message, stream, cancellation));
  }

  /** The response; told when the client leaves before its end. */
  private static HttpServerResponse whole(HttpServerRequest request, Runnable gone) {
    HttpServerResponse response = request.response();
    response.closeHandler(_ -> gone.run());
    response.exceptionHandler(_ -> gone.run());
    return response;
  }

  private void legacy(HttpServerRequest request, Incoming message) throws McpException {
    if (!accepts(request)) {
      return;
    }
    if (message.method().equals("initialize")) {
      initialize(request, message);
      return;
    }
    HttpSession session = session(request);
    if (session == null) {
      return;
    }
    if (message.isRequest()) {
      HttpStream stream = session.open(request.response());
      request.response().closeHandler(_ -> stream.disconnected(request.response()));
      session.session().receive(message, stream);
    } else {
      session.session().receive(message, session.general());
      Bodies.empty(request, ACCEPTED);
    }
  }

  private void initialize(HttpServerRequest request, Incoming message) {
    HttpSession session = new HttpSession(state, loop);
    Cancellation cancellation = new Cancellation();
    HttpStream stream =
        new HttpStream(loop, "", HttpStream.Kind.ONCE, whole(request, cancellation::cancel));
    new Calls(state)
        .start(message, stream, cancellation, () -> initialize(request, session, message));
  }

  private ObjectNode initialize(HttpServerRequest request, HttpSession session, Incoming message)
      throws McpException {
    String id = session.session().id();
    try {
      ObjectNode result = session.session().initialize(message.params());
      loop.runOnContext(_ -> {
        sessions.put(id, session);
        request.response().putHeader(SESSION, id);
      });
      return result;
    } catch (McpException e) {
      state.sessions().close(id);
      throw e;
    }
  }

  /** The request's session; null when it has been refused. */
  private @Nullable HttpSession session(HttpServerRequest request) {
    String id = header(request, SESSION);
    String version = header(request, VERSION);
    if (id.isEmpty()) {
      Bodies.refuse(request, BAD_REQUEST, SESSION + " is required");
      return null;
    }
    HttpSession session = sessions.get(id);
    if (session == null || state.sessions().find(id).isEmpty()) {
      sessions.remove(id);
      Bodies.refuse(request, NOT_FOUND, "Session not found");
      return null;
    }
    if (!version.isEmpty() && !version.equals(session.session().protocolVersion())) {
      Bodies.refuse(request, BAD_REQUEST, "Bad " + VERSION + ": " + version);
      return null;
    }
    return session;
  }

  private void get(HttpServerRequest request, HttpSession session) {
    String lastEventId = header(request, "Last-Event-ID");
    HttpServerResponse response = request.response();
    if (!header(request, "Accept").contains("text/event-stream")) {
      Bodies.refuse(request, NOT_ACCEPTABLE, "Accept must have text/event-stream");
    } else if (!lastEventId.isEmpty()) {
      if (!session.resume(lastEventId, response)) {
        Bodies.refuse(request, BAD_REQUEST, "Last-Event-ID is unknown");
      }
    } else if (session.general().isOpen()) {
      Bodies.refuse(request, CONFLICT, "the session has a stream already");
    } else {
      response.closeHandler(_ -> session.general().disconnected(response));
      session.general().resume(response);
    }
  }

  private void delete(HttpServerRequest request, HttpSession session) {
    sessions.remove(session.session().id());
    state.sessions().close(session.session().id());
    Bodies.empty(request, OK);
  }

  private static boolean accepts(HttpServerRequest request) {
    String accept = header(request, "Accept").toLowerCase(Locale.ROOT);
    boolean both = accept.contains("application/json") && accept.contains("text/event-stream");
    if (!both) {
      Bodies.refuse(
          request, NOT_ACCEPTABLE, "Accept must list application/json and text/event-stream");
    }
    return both;
  }

  private static String header(HttpServerRequest request, String name) {
    String value = request.getHeader(name);
    return value == null ? "" : value.strip();
  }
}
