package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends messages to one address, each by a POST of its own, in order where it matters: a
 * notification goes when the server has taken all before it, and what follows waits until the
 * server has taken the notification; requests and responses go side by side. A server that takes
 * its time to answer a POST holds others up for a moment only.
 */
final class PostQueue {
  /** Hears of messages that did not get through. */
  interface Owner {
    /** This one was not, or perhaps not, taken; others may be. */
    void undelivered(byte[] json, CallFailure.Kind kind, UpstreamException why);

    /** The server takes no more. */
    void refused(UpstreamException why);
  }

  private static final int MAX_IN_FLIGHT = 64;
  private static final int MAX_MESSAGES = 1024;
  private static final int MAX_BYTES = 32 << 20;

  /** What an answer to a POST may have; it says nothing that matters. */
  private static final int MAX_ANSWER = 64 * 1024;

  /** Some servers answer a POST only when they have answered the message in it. */
  private static final long GRACE_MILLIS = 500;

  private static final long TIMEOUT_MILLIS = 60_000;
  private static final int LAST_OK = 299;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int GONE = 410;
  private static final int SERVER_ERROR = 500;
  private static final Map<String, String> HEADERS =
      Map.of("content-type", "application/json", "accept", "application/json, text/event-stream");

  private final HttpClient client;
  private final HttpTarget target;
  private final Timer timers;
  private final Owner owner;
  private final Queue<Post> waiting = new ArrayDeque<>();
  private final Set<Post> inFlight = new HashSet<>();

  /** Those in flight of which it is not known yet that the server has taken them. */
  private final Set<Post> untaken = new HashSet<>();

  private int bytes;
  private boolean closed;

  PostQueue(HttpClient client, HttpTarget target, Timer timers, Owner owner) {
    this.client = client;
    this.target = target;
    this.timers = timers;
    this.owner = owner;
  }

  /** Queues a message; false when the queue is full or closed. */
  boolean offer(byte[] json) {
    Post post = new Post(json);
    synchronized (this) {
      boolean full =
          waiting.size() + inFlight.size() >= MAX_MESSAGES || bytes + json.length > MAX_BYTES;
      if (closed || full) {
        return false;
      }
      waiting.add(post);
      bytes += json.length;
    }
    startWhatMayGo();
    return true;
  }

  private void startWhatMayGo() {
    for (Post post = next(); post != null; post = next()) {
      post.start();
    }
  }

  private synchronized @Nullable Post next() {
    Post first = waiting.peek();
    if (closed || first == null || inFlight.size() >= MAX_IN_FLIGHT || !mayGo(first)) {
      return null;
    }
    waiting.remove();
    inFlight.add(first);
    untaken.add(first);
    return first;
  }

  private boolean mayGo(Post post) {
    return post.inOrder
        ? untaken.isEmpty()
        : untaken.stream().noneMatch(earlier -> earlier.inOrder);
  }

  private void taken(Post post) {
    boolean changed;
    synchronized (this) {
      changed = untaken.remove(post);
    }
    if (changed) {
      startWhatMayGo();
    }
  }

  private void done(Post post) {
    synchronized (this) {
      untaken.remove(post);
      if (inFlight.remove(post)) {
        bytes -= post.json.length;
      }
    }
    startWhatMayGo();
  }

  /** Gives up all that is on its way; returns what has not been begun. */
  List<byte[]> close() {
    List<Post> left;
    List<byte[]> unsent;
    synchronized (this) {
      closed = true;
      unsent = waiting.stream().map(post -> post.json).toList();
      waiting.clear();
      left = List.copyOf(inFlight);
      inFlight.clear();
      untaken.clear();
    }
    left.forEach(Post::cancel);
    return unsent;
  }

  private static boolean isInOrder(byte[] json) {
    try {
      return RpcMessage.parse(json).kind() == RpcMessage.Kind.NOTIFICATION;
    } catch (MalformedMessageException e) {
      return true;
    }
  }

  /** One message and the exchange that carries it. */
  private final class Post implements HttpExchange.Handler {
    private final byte[] json;
    private final boolean inOrder;
    private volatile boolean answered;
    private volatile boolean over;
    private volatile @Nullable HttpExchange exchange;
    private volatile @Nullable Timeout timer;

    Post(byte[] json) {
      this.json = json;
      this.inOrder = isInOrder(json);
    }

    void start() {
      timer = timers.newTimeout(_ -> graceEnded(), GRACE_MILLIS, TimeUnit.MILLISECONDS);
      exchange = HttpExchange.start(client, target, HEADERS, json, MAX_ANSWER, this);
      if (over) {
        cancel();
      }
    }

    private void graceEnded() {
      if (!over) {
        timer =
            timers.newTimeout(
                _ -> tookTooLong(), TIMEOUT_MILLIS - GRACE_MILLIS, TimeUnit.MILLISECONDS);
        taken(this);
      }
    }

    /** What was asked may still be answered on the stream: the call has a deadline of its own. */
    private void tookTooLong() {
      cancel();
      done(this);
    }

    @Override
    public void begin(int status, boolean events, @Nullable String session) {
      answered = true;
      if (status > LAST_OK) {
        refused(status);
      }
      taken(this);
    }

    private void refused(int status) {
      switch (status) {
        case UNAUTHORIZED, FORBIDDEN -> refusesAll(UpstreamException.wantsCredentials(status));
        case NOT_FOUND, GONE ->
            refusesAll(
                new UpstreamException(
                    FailureReason.EXITED,
                    "the server does not know its session any more (HTTP " + status + ")"));
        default ->
            owner.undelivered(
                json,
                status >= SERVER_ERROR ? CallFailure.Kind.LOST : CallFailure.Kind.UNAVAILABLE,
                new UpstreamException(
                    status >= SERVER_ERROR ? FailureReason.UNREACHABLE : FailureReason.PROTOCOL,
                    "the server answered with HTTP " + status));
      }
    }

    private void refusesAll(UpstreamException why) {
      owner.undelivered(json, CallFailure.Kind.UNAVAILABLE, why);
      owner.refused(why);
    }

    @Override
    public void message(byte[] body) {}

    @Override
    public void end() {
      finish();
    }

    @Override
    public void failed(boolean sent, Throwable why) {
      if (!answered) {
        owner.undelivered(
            json,
            sent ? CallFailure.Kind.LOST : CallFailure.Kind.UNAVAILABLE,
            new UpstreamException(
                FailureReason.UNREACHABLE, "the message can't be posted: " + why.getMessage()));
      }
      finish();
    }

    private void finish() {
      disarm();
      done(this);
    }

    private void disarm() {
      over = true;
      Timeout armed = timer;
      if (armed != null) {
        armed.cancel();
      }
    }

    void cancel() {
      disarm();
      HttpExchange going = exchange;
      if (going != null) {
        going.cancel();
      }
    }
  }
}
