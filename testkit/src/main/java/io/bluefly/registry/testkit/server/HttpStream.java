package io.bluefly.registry.testkit.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one HTTP request: plain JSON when the response comes first, a stream of events when
 * something comes before it. A resumable stream outlives its HTTP response, and keeps its newest
 * {@value #KEPT} events for a client that comes back for them. Its state belongs to the event loop.
 */
final class HttpStream implements Outlet {
  private static final int KEPT = 1000;
  private static final int OK = 200;
  private static final String RETRY = "retry: 100\n";

  /** What a stream can do for a client that loses it. */
  enum Kind {
    /** Nothing: the era without resumption. */
    ONCE,
    /** Events have ids. */
    RESUMABLE,
    /** The first event has an id and no data, so that there is always one to come back with. */
    PRIMED
  }

  private record Event(int number, String json) {}

  private final Context loop;
  private final String id;
  private final Kind kind;
  private final Deque<Event> events = new ArrayDeque<>();
  private @Nullable HttpServerResponse response;
  private boolean started;
  private boolean finished;
  private int number;
  private int delivered;

  /**
   * @param response null for a stream that no client has opened yet
   */
  HttpStream(Context loop, String id, Kind kind, @Nullable HttpServerResponse response) {
    this.loop = loop;
    this.id = id;
    this.kind = kind;
    this.response = response;
  }

  @Override
  public void send(ObjectNode message) {
    String json = Json.write(message);
    loop.runOnContext(_ -> add(json));
  }

  @Override
  public void finish(JsonNode message, int status) {
    String json = Json.write(message);
    loop.runOnContext(_ -> last(json, status));
  }

  @Override
  public void abandon() {
    loop.runOnContext(_ -> {
      finished = true;
      start();
      endResponse();
    });
  }

  @Override
  public void keepAlive() {
    loop.runOnContext(_ -> {
      if (response != null) {
        start();
        response.write(":\n\n");
      }
    });
  }

  @Override
  public void breakStream() {
    if (kind != Kind.ONCE) {
      loop.runOnContext(_ -> {
        start();
        endResponse();
      });
    }
  }

  /** Whether a client listens now. On the event loop only. */
  boolean isOpen() {
    return response != null;
  }

  /** The client is gone. On the event loop only. */
  void disconnected(HttpServerResponse gone) {
    if (gone.equals(response)) {
      response = null;
    }
  }

  /** Goes on in another response, after an event that the client has. On the event loop only. */
  void resume(HttpServerResponse next, int after) {
    response = next;
    started = false;
    start();
    events.stream().filter(event -> event.number() > after).forEach(this::write);
    if (finished) {
      endResponse();
    }
  }

  /** Goes on in another response, after what was delivered. On the event loop only. */
  void resume(HttpServerResponse next) {
    resume(next, delivered);
  }

  private void add(String json) {
    if (finished) {
      return;
    }
    Event event = new Event(++number, json);
    if (kind != Kind.ONCE) {
      if (events.size() == KEPT) {
        events.removeFirst();
      }
      events.addLast(event);
    }
    start();
    write(event);
  }

  private void last(String json, int status) {
    if (finished) {
      return;
    }
    if (response != null && !started) {
      finished = true;
      started = true;
      response
          .setStatusCode(status)
          .putHeader("Content-Type", "application/json")
          .end(json)
          .onFailure(_ -> response = null);
      return;
    }
    add(json);
    finished = true;
    endResponse();
  }

  private void start() {
    if (response == null || started) {
      return;
    }
    started = true;
    response
        .setStatusCode(OK)
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-cache, no-transform")
        .putHeader("X-Accel-Buffering", "no");
    if (kind == Kind.PRIMED) {
      response.write("id: " + id + "_" + number + "\n" + RETRY + "data: \n\n");
    } else {
      response.writeHead();
    }
  }

  private void write(Event event) {
    if (response != null) {
      String eventId = kind == Kind.ONCE ? "" : "id: " + id + "_" + event.number() + "\n";
      response.write(eventId + "event: message\ndata: " + event.json() + "\n\n");
      delivered = event.number();
    }
  }

  private void endResponse() {
    if (response != null) {
      response.end();
      response = null;
    }
  }
}
