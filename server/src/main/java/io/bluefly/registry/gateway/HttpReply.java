package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one HTTP request of a client: a single JSON message, or a stream of events that
 * ends with it. What its methods do happens on the client's event loop.
 */
final class HttpReply implements ClientReply, ClientStream {
  private static final byte[] EVENT = "event: message\ndata: ".getBytes(UTF_8);
  private static final byte[] EVENT_END = {'\n', '\n'};
  private static final byte[] COMMENT = {':', '\n', '\n'};
  private static final byte[] NOTHING = {};
  private static final long KEEP_ALIVE_MS = 15_000;

  /** Bytes that may wait for a client that does not read. */
  private static final long MAX_BACKLOG = 16 << 20;

  private final ClientExchange exchange;
  private final Context context;
  private final Vertx vertx;
  private boolean streaming;
  private volatile boolean over;
  private long backlog;
  private long keepAlive = -1;
  private @Nullable Runnable clientGone;
  private Runnable streamOver = () -> {};

  HttpReply(Vertx vertx, ClientExchange exchange) {
    this.vertx = vertx;
    this.exchange = exchange;
    this.context = vertx.getOrCreateContext();
    watch();
  }

  private void watch() {
    exchange.onGone(this::gone);
  }

  @Override
  public void takeBack() {
    run(() -> {
      watch();
      if (exchange.isBegun() && !streaming) {
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
      streamOver.run();
    }
  }

  @Override
  public boolean isOver() {
    return over || exchange.isClosed();
  }

  @Override
  public void onClientGone(Runnable action) {
    run(() -> {
      if (exchange.isClosed() && !exchange.isEnded()) {
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
      if (!exchange.isBegun()) {
        exchange.header(name, value);
      }
    });
  }

  /** Begins a stream without a first event; {@code ended} runs once, whoever ends it. */
  void startStream(Runnable ended) {
    run(() -> {
      streamOver = ended;
      if (exchange.isClosed() && !exchange.isEnded()) {
        gone();
      } else {
        stream();
      }
    });
  }

  private void stream() {
    if (streaming || over) {
      return;
    }
    streaming = true;
    exchange.header("content-type", "text/event-stream");
    exchange.header("cache-control", "no-cache");
    exchange.header("x-accel-buffering", "no");
    exchange.begin(200);
    follow();
  }

  private void follow() {
    exchange.onDrain(() -> backlog = 0);
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
    run(() -> write(("event: " + name + "\ndata: " + data + "\n\n").getBytes(UTF_8)));
  }

  /** A message as an event. */
  static byte[] frame(byte[] json) {
    byte[] frame = Arrays.copyOf(EVENT, EVENT.length + json.length + EVENT_END.length);
    int at = EVENT.length;
    // A line end would end the data: as white space between tokens it may be another one.
    for (byte b : json) {
      frame[at++] = b == '\n' || b == '\r' ? (byte) ' ' : b;
    }
    System.arraycopy(EVENT_END, 0, frame, at, EVENT_END.length);
    return frame;
  }

  private void write(byte[] part) {
    if (over) {
      return;
    }
    if (exchange.isFull()) {
      backlog += part.length;
      if (backlog > MAX_BACKLOG) {
        exchange.reset();
        return;
      }
    }
    exchange.write(part);
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
        exchange.header("content-type", "application/json");
        exchange.answer(status, json);
      }
    });
  }

  @Override
  public void empty(int status) {
    run(() -> {
      if (!over) {
        over = true;
        exchange.answer(status, NOTHING);
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
    try {
      streamOver.run();
    } finally {
      exchange.end(NOTHING);
    }
  }

  private void stopKeepAlive() {
    if (keepAlive >= 0) {
      vertx.cancelTimer(keepAlive);
      keepAlive = -1;
    }
  }
}
