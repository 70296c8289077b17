package io.bluefly.registry.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.protocol.SseReader;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A server of the HTTP+SSE transport of 2024-11-05: messages come as events of a GET, and go by
 * POST to the endpoint that the first event names. The end of the stream is the end of the channel.
 *
 * @see <a
 *     href="https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse">HTTP
 *     with SSE</a>
 */
final class SseChannel implements MessageChannel {
  private static final Duration LONGEST_OPENING = Duration.ofSeconds(10);
  private static final int MAX_ENDPOINT = 8192;
  private static final int LAST_OK = 299;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int SERVER_ERROR = 500;

  private final HttpClient client;
  private final HttpTarget target;
  private final Timer timers;
  private final int maxMessage;
  private final Duration opening;
  private final CompletableFuture<PostQueue> posts = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable Listener listener;
  private volatile @Nullable HttpExchange stream;

  SseChannel(HttpClient client, HttpTarget target, Timer timers, UpstreamSettings settings) {
    this.client = client;
    this.target = target;
    this.timers = timers;
    this.maxMessage = settings.maxUpstreamMessage();
    Duration handshake = settings.handshakeTimeout();
    this.opening = handshake.compareTo(LONGEST_OPENING) < 0 ? handshake : LONGEST_OPENING;
  }

  /** The address has no stream of events: it is no HTTP+SSE. */
  static final class NoEventsException extends Exception {
    NoEventsException(int status) {
      super("GET was answered with HTTP " + status + " and no events", null, false, false);
    }
  }

  /**
   * Opens the stream and waits for the endpoint; {@code listener} hears all that comes.
   *
   * @throws NoEventsException when this is another transport
   * @throws UpstreamException when it is this one, or may be, and can't be opened
   */
  void connect(Listener hearing) throws UpstreamException, NoEventsException {
    listener = hearing;
    stream =
        HttpExchange.start(
            client,
            target,
            Map.of("accept", "text/event-stream"),
            null,
            maxMessage,
            new Events(hearing));
    try {
      posts.get(opening.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      close();
      switch (e.getCause()) {
        case UpstreamException known -> throw known;
        case NoEventsException other -> throw other;
        case null, default -> throw broken(String.valueOf(e.getMessage()));
      }
    } catch (TimeoutException e) {
      close();
      throw new UpstreamException(
          FailureReason.TIMEOUT,
          "the server did not name the endpoint of its event stream within "
              + opening.toMillis()
              + " ms");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
      throw new UpstreamException(FailureReason.EXITED, "the registry is stopping");
    }
  }

  private static UpstreamException broken(String why) {
    return new UpstreamException(FailureReason.EXITED, "the event stream broke: " + why);
  }

  /** The stream of what the server sends. */
  private final class Events implements HttpExchange.Handler {
    private final Listener listener;

    Events(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void begin(int status, boolean events, @Nullable String session) {
      if (status == UNAUTHORIZED || status == FORBIDDEN) {
        posts.completeExceptionally(UpstreamException.wantsCredentials(status));
      } else if (status >= SERVER_ERROR) {
        posts.completeExceptionally(
            new UpstreamException(
                FailureReason.UNREACHABLE, "the server answers with HTTP " + status));
      } else if (status > LAST_OK || !events) {
        posts.completeExceptionally(new NoEventsException(status));
      }
    }

    /** The body of an answer that is no stream; its status has said it all. */
    @Override
    public void message(byte[] json) {}

    @Override
    public void event(String type, byte[] data) {
      switch (type) {
        case "endpoint" -> endpoint(data);
        case SseReader.MESSAGE -> {
          if (!ended.get()) {
            listener.message(data);
          }
        }
        default -> {} // Some servers send pings as events of a type of their own.
      }
    }

    /** Only the first endpoint counts: a later one would redirect what is on its way. */
    private void endpoint(byte[] data) {
      if (posts.isDone()) {
        return;
      }
      try {
        if (data.length > MAX_ENDPOINT) {
          throw new UpstreamException(
              FailureReason.PROTOCOL,
              "the server names an endpoint of more than " + MAX_ENDPOINT + " bytes");
        }
        HttpTarget endpoint = target.resolve(new String(data, UTF_8));
        posts.complete(new PostQueue(client, endpoint, timers, new Refusals()));
      } catch (UpstreamException e) {
        posts.completeExceptionally(e);
      }
    }

    @Override
    public void end() {
      finish(new UpstreamException(FailureReason.EXITED, "the server ended its event stream"));
    }

    @Override
    public void failed(boolean sent, Throwable why) {
      String message = String.valueOf(why.getMessage());
      finish(sent ? broken(message) : UpstreamException.unreached(target, why));
    }
  }

  /** What becomes of messages that could not be posted. */
  private final class Refusals implements PostQueue.Owner {
    @Override
    public void undelivered(byte[] json, CallFailure.Kind kind, UpstreamException why) {
      Listener hearing = listener;
      if (hearing != null) {
        hearing.undelivered(json, kind, why);
      }
    }

    @Override
    public void refused(UpstreamException why) {
      finish(why);
    }
  }

  private void finish(UpstreamException why) {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    posts.completeExceptionally(why);
    HttpExchange open = stream;
    if (open != null) {
      open.cancel();
    }
    PostQueue queue = queue();
    List<byte[]> unsent = queue == null ? List.of() : queue.close();
    Listener hearing = listener;
    if (hearing != null) {
      hearing.closed(why, unsent);
    }
  }

  private @Nullable PostQueue queue() {
    return posts.isDone() && !posts.isCompletedExceptionally() ? posts.join() : null;
  }

  @Override
  public boolean send(byte[] json) {
    PostQueue queue = queue();
    return queue != null && queue.offer(json);
  }

  @Override
  public void close() {
    finish(new UpstreamException(FailureReason.EXITED, "the registry closed the event stream"));
  }
}
