package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.SseReader;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request of the registry to a server and its answer, message by message: over a
 * connection of the event loop where it is begun on one, else over a client's.
 */
final class HttpExchange implements HttpWire.Listener {
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

    /** What takes the times of an exchange that begins over a client's connection. */
    default @Nullable HttpTimes times() {
      return null;
    }

    /** The answer is complete. */
    void end();

    /**
     * The exchange failed.
     *
     * @param sent whether the request may have reached the server
     */
    void failed(boolean sent, Throwable why);
  }

  private final int maxMessage;
  private final Handler handler;
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<Runnable> reset = new AtomicReference<>(() -> {});
  private Runnable recycle = () -> {};

  /** A client has its connection back by the end, and may have given it to another request. */
  private Runnable abandon = () -> {};

  /** Of an exchange over a client's connection that somebody wants to know of. */
  private @Nullable HttpTimes times;

  private @Nullable SseReader events;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);

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
    Outgoing request = new Outgoing(target, method, headers, body);
    ContextInternal context = ContextInternal.current();
    if (context != null && context.isEventLoopContext()) {
      exchange.send(request, HttpWires.ofThisLoop(context.owner()), context);
    } else {
      exchange.send(request, client);
    }
    return exchange;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Outgoing(
      HttpTarget target, HttpMethod method, Map<String, String> headers, byte @Nullable [] body) {
    WireRequest forWire() {
      WireRequest request = WireRequest.to(target, method.toNetty());
      for (Map.Entry<String, String> own : target.headers().entrySet()) {
        if (!headers.containsKey(own.getKey())) {
          request.header(own.getKey(), own.getValue());
        }
      }
      headers.forEach(request::header);
      return request;
    }

    RequestOptions forClient(InetAddress address) {
      RequestOptions options =
          new RequestOptions()
              .setMethod(method)
              .setHost(target.origin().host())
              .setPort(target.origin().port())
              .setServer(
                  SocketAddress.inetSocketAddress(target.origin().port(), address.getHostAddress()))
              .setSsl(target.origin().tls())
              .setURI(target.path());
      target.headers().forEach(options::putHeader);
      headers.forEach(options::putHeader);
      return options;
    }
  }

  private void send(Outgoing request, HttpWires wires, ContextInternal context) {
    HttpWire kept = wires.poll(request.target);
    if (kept != null) {
      send(request, wires, kept, context);
    } else {
      wires
          .connect(request.target)
          .onFailure(e -> fail(false, e))
          .onSuccess(fresh -> send(request, wires, fresh, context));
    }
  }

  private void send(Outgoing request, HttpWires wires, HttpWire wire, ContextInternal context) {
    reset.set(wire::abandon);
    recycle = () -> wires.keep(wire);
    abandon = wire::abandon;
    if (over.get()) {
      wire.abandon();
    } else if (!wire.send(request.forWire(), request.body, context, this)) {
      fail(false, new IOException("the connection was closed by the server"));
    }
  }

  private void send(Outgoing request, HttpClient client) {
    times = handler.times();
    Future.fromCompletionStage(request.target.address())
        .compose(address -> client.request(request.forClient(address)))
        .onFailure(e -> fail(false, e))
        .onSuccess(opened -> send(opened, request.body));
  }

  private void send(HttpClientRequest opened, byte @Nullable [] content) {
    if (times != null) {
      times.connected(opened.connection());
    }
    reset.set(opened::reset);
    if (over.get()) {
      opened.reset();
      return;
    }
    opened.response().onFailure(this::failed).onSuccess(this::receive);
    (content == null ? opened.end() : opened.end(Buffer.buffer(content))).onFailure(this::failed);
  }

  private void receive(HttpClientResponse response) {
    if (times != null) {
      times.answered();
    }
    if (over.get()) {
      return; // It was given up in the meantime, and the response with it.
    }
    // Nothing of the response comes in before this turn of the loop has ended.
    response.exceptionHandler(this::failed);
    response.handler(part -> content(part.getBytes()));
    response.endHandler(_ -> {
      if (times != null) {
        times.ended();
      }
      end();
    });
    head(new HttpHead(response.statusCode(), response.headers()::get));
  }

  @Override
  public void head(HttpHead head) {
    boolean stream = head.hasEvents();
    events = stream ? new SseReader(maxMessage, handler::event) : null;
    if (!over.get()) {
      handler.begin(head.status(), stream, head.header("mcp-session-id"));
    }
  }

  @Override
  public void content(byte[] part) {
    try {
      if (events != null) {
        events.feed(part);
        handler.position(events.position());
      } else if (body.size() + part.length > maxMessage) {
        throw new FrameTooLongException(maxMessage);
      } else {
        body.writeBytes(part);
      }
    } catch (FrameTooLongException e) {
      abort(e);
    }
  }

  @Override
  public void end() {
    // Over before anybody hears of it: who then cancels would reset a connection that may already
    // serve another request.
    if (over.compareAndSet(false, true)) {
      recycle.run();
      if (body.size() > 0) {
        handler.message(body.toByteArray());
      }
      handler.end();
    } else {
      abandon.run();
    }
  }

  @Override
  public void failed(Throwable why) {
    fail(true, why);
  }

  private void abort(Exception why) {
    fail(true, why); // Before the reset, which would be taken for the reason.
    reset.get().run();
  }

  private void fail(boolean sent, Throwable why) {
    if (over.compareAndSet(false, true)) {
      note(String.valueOf(why.getMessage()));
      handler.failed(sent, why);
    }
  }

  private void note(String failure) {
    if (times != null) {
      times.failed(failure);
    }
  }

  /** Gives the exchange up because of {@code why}; the handler hears no end. */
  void giveUp(String why) {
    note(why);
    cancel();
  }

  /** Gives the exchange up; the handler hears no end. */
  void cancel() {
    if (over.compareAndSet(false, true)) {
      reset.get().run();
    }
  }
}
