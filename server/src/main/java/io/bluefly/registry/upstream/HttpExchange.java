package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.SseReader;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One HTTP request of the registry to a server and its answer, message by message. */
final class HttpExchange {
  /** Hears the answer; {@link #end} or {@link #failed} comes last, once. */
  interface Handler {
    /** The status line and headers have come; {@code events}: a stream of events follows. */
    void begin(int status, boolean events, @Nullable String sessionId);

    /** A message: the JSON body, or the data of an event. */
    void message(byte[] json);

    /** An event of a stream; Streamable HTTP puts a message into each, whatever its type. */
    default void event(String type, byte[] data) {
      message(data);
    }

    /** How far a stream of events has come; told after its messages. */
    default void position(SseReader.Position position) {}

    /** The answer is complete. */
    void end();

    /**
     * The exchange failed.
     *
     * @param sent whether the request may have reached the server
     */
    void failed(boolean sent, Throwable why);
  }

  private static final String EVENT_STREAM = "text/event-stream";

  private final int maxMessage;
  private final Handler handler;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<@Nullable HttpClientRequest> request = new AtomicReference<>();

  private HttpExchange(int maxMessage, Handler handler) {
    this.maxMessage = maxMessage;
    this.handler = handler;
  }

  /** Sends {@code body} by POST, or a GET without a body when it is null. */
  static HttpExchange start(
      HttpClient client,
      HttpTarget target,
      Map<String, String> headers,
      byte @Nullable [] body,
      int maxMessage,
      Handler handler) {
    HttpMethod method = body == null ? HttpMethod.GET : HttpMethod.POST;
    return start(client, target, method, headers, body, maxMessage, handler);
  }

  /** Sends a request by {@code method}. */
  static HttpExchange start(
      HttpClient client,
      HttpTarget target,
      HttpMethod method,
      Map<String, String> headers,
      byte @Nullable [] body,
      int maxMessage,
      Handler handler) {
    HttpExchange exchange = new HttpExchange(maxMessage, handler);
    RequestOptions options =
        new RequestOptions()
            .setMethod(method)
            .setHost(target.host())
            .setPort(target.port())
            .setSsl(target.tls())
            .setURI(target.path());
    target.headers().forEach(options::putHeader);
    headers.forEach(options::putHeader);
    client
        .request(options)
        .onFailure(e -> exchange.fail(false, e))
        .onSuccess(opened -> exchange.send(opened, body));
    return exchange;
  }

  private void send(HttpClientRequest opened, byte @Nullable [] body) {
    request.set(opened);
    if (over.get()) {
      opened.reset();
      return;
    }
    opened.response().onFailure(e -> fail(true, e)).onSuccess(this::receive);
    (body == null ? opened.end() : opened.end(Buffer.buffer(body))).onFailure(e -> fail(true, e));
  }

  private void receive(HttpClientResponse response) {
    String type = response.getHeader(HttpHeaders.CONTENT_TYPE);
    boolean events = type != null && type.toLowerCase(Locale.ROOT).startsWith(EVENT_STREAM);
    if (over.get()) {
      return; // It was given up in the meantime, and the response with it.
    }
    // Nothing of the response comes in before this turn of the loop has ended.
    response.exceptionHandler(e -> fail(true, e));
    if (events) {
      receiveEvents(response);
    } else {
      receiveBody(response);
    }
    handler.begin(response.statusCode(), events, response.getHeader("mcp-session-id"));
  }

  private void receiveEvents(HttpClientResponse response) {
    SseReader reader = new SseReader(maxMessage, handler::event);
    response.handler(chunk -> {
      try {
        reader.feed(chunk.getBytes());
        handler.position(reader.position());
      } catch (FrameTooLongException e) {
        abort(e);
      }
    });
    response.endHandler(_ -> end());
  }

  private void receiveBody(HttpClientResponse response) {
    Buffer body = Buffer.buffer();
    response.handler(chunk -> {
      body.appendBuffer(chunk);
      if (body.length() > maxMessage) {
        abort(new FrameTooLongException(maxMessage));
      }
    });
    response.endHandler(_ -> {
      // Over before anybody hears of it: who then cancels would reset a connection that may already
      // serve another request.
      if (over.compareAndSet(false, true)) {
        if (body.length() > 0) {
          handler.message(body.getBytes());
        }
        handler.end();
      }
    });
  }

  private void abort(Exception why) {
    fail(true, why); // Before the reset, which would be taken for the reason.
    reset();
  }

  private void end() {
    if (over.compareAndSet(false, true)) {
      handler.end();
    }
  }

  private void fail(boolean sent, Throwable why) {
    if (over.compareAndSet(false, true)) {
      handler.failed(sent, why);
    }
  }

  /** Gives the exchange up; the handler hears no end. */
  void cancel() {
    if (over.compareAndSet(false, true)) {
      reset();
    }
  }

  private void reset() {
    HttpClientRequest opened = request.get();
    if (opened != null) {
      opened.reset();
    }
  }
}
