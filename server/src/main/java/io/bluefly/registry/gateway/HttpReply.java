package io.bluefly.registry.gateway;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one HTTP request of a client: a single JSON message, or a stream of events that
 * ends with it. What its methods do happens on the client's event loop.
 */
final class HttpReply implements ClientReply, ClientStream {
  private static final Buffer EVENT = Buffer.buffer("event: message\ndata: ");
  private static final Buffer EVENT_END = Buffer.buffer("\n\n");
  private static final Buffer COMMENT = Buffer.buffer(":\n\n");
  private static final long KEEP_ALIVE_MS = 15_000;

  /** Bytes that may wait for a client that does not read. */
  private static final long MAX_BACKLOG = 16 << 20;

  private final HttpServerResponse response;
  private final Context context;
  private final Vertx vertx;
  private boolean streaming;
  private volatile boolean over;
  private long backlog;
  private long keepAlive = -1;
  private @Nullable Runnable clientGone;

  HttpReply(Vertx vertx, HttpServerRequest request) {
    this.vertx = vertx;
    this.response = request.response();
    this.context = vertx.getOrCreateContext();
    watch();
  }

  private void watch() {
    response.closeHandler(_ -> gone());
    response.exceptionHandler(_ -> gone());
  }

  @Override
  public void takeBack() {
    run(() -> {
      watch();
      if (response.headWritten() && !streaming) {
        // What was sent of it were events; one that was cut off ends here.
        streaming = true;
        follow();
        write(EVENT_END);
      }
    });
  }

  private void gone() {
    stopKeepAlive();
    if (!over) {
      over = true;
      if (clientGone != null) {
        clientGone.run();
      }
    }
  }

  @Override
  public boolean isOver() {
    return over || response.closed();
  }

  @Override
  public void onClientGone(Runnable action) {
    run(() -> {
      if (response.closed() && !response.ended()) {
        action.run();
      } else {
        clientGone = action;
      }
    });
  }

  private void run(Runnable action) {
    if (context.equals(Vertx.currentContext())) {
      action.run();
    } else {
      context.runOnContext(_ -> action.run());
    }
  }

  @Override
  public void header(String name, String value) {
    run(() -> {
      if (!response.headWritten()) {
        response.putHeader(name, value);
      }
    });
  }

  /** Begins a stream without a first event. */
  void startStream() {
    run(this::stream);
  }

  private void stream() {
    if (streaming || over) {
      return;
    }
    streaming = true;
    response
        .setChunked(true)
        .putHeader("content-type", "text/event-stream")
        .putHeader("cache-control", "no-cache")
        .putHeader("x-accel-buffering", "no");
    response.writeHead();
    follow();
  }

  private void follow() {
    response.drainHandler(_ -> backlog = 0);
    keepAlive = vertx.setPeriodic(KEEP_ALIVE_MS, _ -> write(COMMENT));
  }

  @Override
  public void event(byte[] json) {
    run(() -> {
      stream();
      write(frame(json));
    });
  }

  /** Sends an event of another name than a message's. */
  void named(String name, String data) {
    run(() -> write(Buffer.buffer("event: " + name + "\ndata: " + data + "\n\n")));
  }

  /** A message as an event. */
  static Buffer frame(byte[] json) {
    Buffer frame = Buffer.buffer(EVENT.length() + json.length + EVENT_END.length());
    frame.appendBuffer(EVENT);
    // A line end would end the data: as white space between tokens it may be another one.
    for (byte b : json) {
      frame.appendByte(b == '\n' || b == '\r' ? (byte) ' ' : b);
    }
    return frame.appendBuffer(EVENT_END);
  }

  private void write(Buffer buffer) {
    if (over) {
      return;
    }
    if (response.writeQueueFull()) {
      backlog += buffer.length();
      if (backlog > MAX_BACKLOG) {
        response.reset();
        return;
      }
    }
    response.write(buffer);
  }

  @Override
  public void finish(int status, byte[] json) {
    run(() -> {
      if (over) {
        return;
      }
      if (streaming) {
        write(frame(json));
        end();
      } else {
        over = true;
        response
            .setStatusCode(status)
            .putHeader("content-type", "application/json")
            .end(Buffer.buffer(json));
      }
    });
  }

  @Override
  public void empty(int status) {
    run(() -> {
      if (!over) {
        over = true;
        response.setStatusCode(status).end();
      }
    });
  }

  @Override
  public void endStream() {
    run(() -> {
      if (!over) {
        end();
      }
    });
  }

  private void end() {
    over = true;
    stopKeepAlive();
    response.end();
  }

  private void stopKeepAlive() {
    if (keepAlive >= 0) {
      vertx.cancelTimer(keepAlive);
      keepAlive = -1;
    }
  }
}
