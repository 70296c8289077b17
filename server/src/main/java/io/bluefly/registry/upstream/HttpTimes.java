package io.bluefly.registry.upstream;

import io.bluefly.registry.upstream.HttpTiming.Failed;
import io.bluefly.registry.upstream.HttpTiming.Part;
import io.bluefly.registry.upstream.HttpTiming.Tls;
import io.vertx.core.http.HttpConnection;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the times of an HTTP exchange, part after part; may be read while it goes on. What comes
 * after its end or failure is of no account.
 */
final class HttpTimes {
  private final Instant at;
  private final Map<Part, Long> done = new EnumMap<>(Part.class);
  private long since = System.nanoTime();
  private @Nullable Part current = Part.CONNECT;
  private @Nullable String address;
  private @Nullable Tls tls;
  private @Nullable Failed failed;

  /** Of an exchange that begins now, which is {@code at}. */
  HttpTimes(Instant at) {
    this.at = at;
  }

  /** There is a connection. */
  void connected(HttpConnection connection) {
    String remote = HttpTiming.text(connection.remoteAddress(true));
    Tls secured = Tls.of(connection.sslSession());
    synchronized (this) {
      address = remote;
      tls = secured;
      next(Part.CONNECT, Part.FIRST_BYTE);
    }
  }

  /** The head of the answer has come. */
  synchronized void answered() {
    next(Part.FIRST_BYTE, Part.RECEIVE);
  }

  /** All of the answer has come. */
  synchronized void ended() {
    next(Part.RECEIVE, null);
  }

  private void next(Part ended, @Nullable Part begun) {
    if (current == ended) {
      done.put(ended, millis());
      since = System.nanoTime();
      current = begun;
    }
  }

  /** It comes no further. */
  synchronized void failed(String why) {
    Part reached = current;
    if (reached != null) {
      failed = new Failed(reached, millis(), why);
      current = null;
    }
  }

  /** Whether it has ended or failed. */
  synchronized boolean isOver() {
    return current == null;
  }

  private long millis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
  }

  synchronized HttpTiming timing() {
    return new HttpTiming(
        at,
        address,
        tls,
        done.get(Part.CONNECT),
        done.get(Part.FIRST_BYTE),
        done.get(Part.RECEIVE),
        failed);
  }
}
