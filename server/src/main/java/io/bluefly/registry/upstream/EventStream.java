package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.SseReader;
import io.netty.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an HTTP server's stream of its own notifications open: a stream that ends is opened again
 * after the pause that the server asked for, else after one that grows while nothing comes. It goes
 * on where it broke off if the owner asks for that. A server that offers none is left alone.
 */
final class EventStream implements HttpExchange.Handler {
  private static final Logger log = LoggerFactory.getLogger(EventStream.class);
  private static final int FIRST_PAUSE_SECONDS = 1;
  private static final int LONGEST_PAUSE_SECONDS = 30;
  private static final int LAST_OK = 299;
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;

  /** Opens the stream and hears what comes of it. */
  interface Owner {
    /** Opens the stream, after {@code from} where the era has that. */
    HttpExchange open(ResumePoint from, HttpExchange.Handler handler);

    void message(RpcMessage message);

    /** The server does not know the session any more. */
    void sessionEnded();

    /**
     * The server did not accept the credentials that the stream was last opened with.
     *
     * @return whether there are others to try with; never fails
     */
    CompletableFuture<Boolean> renewed();

    /** The server wants other credentials, and there are none. */
    void refused();

    /** The server can't be connected to. */
    void unreachable(Throwable why);
  }

  private final Owner owner;
  private final Timer timers;
  private final AtomicReference<@Nullable HttpExchange> exchange = new AtomicReference<>();
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private volatile boolean closed;
  private volatile int status;
  private volatile boolean isStream;

  /** Whether the server is known to offer a stream. */
  private volatile boolean offered;

  private volatile int pause = FIRST_PAUSE_SECONDS;
  private final ResumePoint point = new ResumePoint();

  private EventStream(Owner owner, Timer timers) {
    this.owner = owner;
    this.timers = timers;
  }

  static EventStream open(Owner owner, Timer timers) {
    EventStream stream = new EventStream(owner, timers);
    stream.reopen();
    return stream;
  }

  private void reopen() {
    if (!closed) {
      status = 0;
      isStream = false;
      exchange.set(owner.open(point, this));
      if (closed) {
        close();
      }
    }
  }

  @Override
  public void begin(int code, boolean events, @Nullable String session) {
    status = code;
    isStream = events && code <= LAST_OK;
    offered = offered || isStream;
    begun.complete(null);
  }

  /** Completes when the server has answered for the first time, or can't be reached. */
  CompletableFuture<Void> begun() {
    return begun;
  }

  @Override
  public void message(byte[] json) {
    pause = FIRST_PAUSE_SECONDS;
    try {
      Batch.messages(json).forEach(owner::message);
    } catch (MalformedMessageException e) {
      log.debug("An event is no message: {}", e.getMessage());
    }
  }

  @Override
  public void position(SseReader.Position position) {
    point.passed(position);
  }

  @Override
  public void end() {
    if (status == NOT_FOUND) {
      owner.sessionEnded();
    } else if (status == UNAUTHORIZED) {
      owner.renewed().thenAccept(this::unauthorized);
    } else if (isStream) {
      again();
    } else if (point.isKnown()) {
      point.forget(); // It may be this point only that the server can't go on from.
      again();
    }
  }

  /** Tokens end while a stream is open: that is no reason to give it up. */
  private void unauthorized(boolean others) {
    if (others) {
      again();
    } else if (offered) {
      owner.refused();
      pause = LONGEST_PAUSE_SECONDS;
      again();
    }
  }

  @Override
  public void failed(boolean sent, Throwable why) {
    begun.complete(null);
    if (sent) {
      again();
    } else {
      owner.unreachable(why);
    }
  }

  private void again() {
    if (!closed) {
      long millis =
          isStream && point.hasRetry()
              ? point.pause().toMillis()
              : TimeUnit.SECONDS.toMillis(pause);
      timers.newTimeout(_ -> reopen(), millis, TimeUnit.MILLISECONDS);
      pause = Math.min(2 * pause, LONGEST_PAUSE_SECONDS);
    }
  }

  /** Ends the stream for good. */
  void close() {
    closed = true;
    HttpExchange open = exchange.get();
    if (open != null) {
      open.cancel();
    }
  }
}
