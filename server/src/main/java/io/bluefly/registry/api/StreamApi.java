package io.bluefly.registry.api;

import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.stream.EventStreams;
import io.bluefly.registry.stream.EventStreams.InvalidFilterException;
import io.bluefly.registry.stream.EventStreams.Wish;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations of the contract that are answered with a stream instead of a reply. */
public final class StreamApi {
  private static final String SOCKET = "openStream";
  private static final String EVENTS = "streamEvents";
  private static final Set<String> OPERATIONS = Set.of(SOCKET, EVENTS);

  private final EventStreams streams;

  /** Opens {@code streams}. */
  public StreamApi(EventStreams streams) {
    this.streams = streams;
  }

  boolean has(String operationId) {
    return OPERATIONS.contains(operationId);
  }

  int size() {
    return OPERATIONS.size();
  }

  /** What is asked for is no stream, or none for this client; null when it may be opened. */
  @Nullable Problem refusal(String operationId, HttpServerRequest request) {
    if (operationId.equals(SOCKET)
        && !"websocket".equalsIgnoreCase(request.getHeader(HttpHeaders.UPGRADE))) {
      return Problems.upgradeRequired("Open this address as a WebSocket, or GET /registry/events");
    }
    if (request.version() != HttpVersion.HTTP_1_1) {
      return Problems.upgradeRequired("A stream needs HTTP/1.1");
    }
    return operationId.equals(SOCKET) && hasBody(request)
        ? Problems.upgradeRequired("Send no body with the request that opens a WebSocket")
        : null;
  }

  /** Vert.x would wait for it, and not always say how that ended. */
  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
        || (length != null && !length.strip().equals("0"));
  }

  /** What the checked {@code request} wants to hear. */
  Wish wish(Request request, @Nullable String lastEventId) {
    try {
      return EventStreams.wish(
          words(request, "events"),
          words(request, "connections"),
          words(request, "pools"),
          words(request, "status"),
          // A client that comes back by itself repeats the address of its first request.
          lastEventId == null ? request.optionalText("after") : lastEventId);
    } catch (InvalidFilterException e) {
      boolean ofHeader = lastEventId != null && e.field().equals("after");
      String field = ofHeader ? "header/last-event-id" : "query/" + e.field();
      String message = String.valueOf(e.getMessage());
      throw new ProblemException(
          Problems.invalid(
              List.of(new Violation(field, message, e.allowed().isEmpty() ? null : e.allowed()))));
    }
  }

  private static List<String> words(Request request, String name) {
    String text = request.optionalText(name);
    return text == null ? List.of() : Arrays.asList(text.split(",", -1));
  }

  /** Opens the stream; on the request's event loop. */
  void open(String operationId, HttpServerRequest request, Principal principal, Wish wish) {
    boolean opened =
        operationId.equals(SOCKET)
            ? streams.openWebSocket(request, principal)
            : streams.openEvents(request, principal, wish);
    if (!opened) {
      ApiRouter.send(request.response(), Problems.tooManySubscribers());
    }
  }
}
