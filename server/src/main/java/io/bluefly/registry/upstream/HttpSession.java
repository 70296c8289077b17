package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over Streamable HTTP: each message is a POST of its own. With a legacy server it
 * is a session; a modern server has none. A stream of the server's own notifications is kept open
 * where the server offers one.
 */
public final class HttpSession implements UpstreamSession {
  /** How long a server may take to accept a notification. */
  private static final int NOTIFY_SECONDS = 10;

  private static final int LAST_OK = 299;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int SERVER_ERROR = 500;

  private final HttpClient client;
  private final HttpTarget target;
  private final Timer timers;
  private final int maxMessage;
  private final AtomicLong ids = new AtomicLong();
  private final CompletableFuture<UpstreamException> closed = new CompletableFuture<>();
  private final Set<Runnable> closeActions = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String sessionId;
  private volatile @Nullable ServerInfo server;
  private volatile @Nullable Listener listener;
  private volatile @Nullable EventStream stream;

  HttpSession(HttpClient client, HttpTarget target, Timer timers, int maxMessage) {
    this.client = client;
    this.target = target;
    this.timers = timers;
    this.maxMessage = maxMessage;
  }

  /** Where the server is. */
  public HttpTarget target() {
    return target;
  }

  @Override
  public ServerInfo server() {
    ServerInfo known = server;
    if (known == null) {
      throw new IllegalStateException("the handshake is not over");
    }
    return known;
  }

  void introduce(ServerInfo info) {
    server = info;
  }

  /** One exchange with the server, whatever it answers: for the handshake. */
  CompletableFuture<Answer> exchange(RpcMessage request, Era era, Duration timeout) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    HttpExchange exchange =
        HttpExchange.start(
            client, target, headers(request, era), request.json(), maxMessage, new Single(answer));
    answer.whenComplete((_, error) -> exchange.cancel());
    return answer;
  }

  /**
   * What came back for one POST.
   *
   * @param message the response, null when there was none
   */
  record Answer(int status, @Nullable RpcMessage message) {}

  /** Waits for the one response of an exchange. */
  private final class Single implements HttpExchange.Handler {
    private final CompletableFuture<Answer> answer;
    private int status;

    Single(CompletableFuture<Answer> answer) {
      this.answer = answer;
    }

    @Override
    public void begin(int code, boolean events, @Nullable String session) {
      status = code;
      if (session != null && code <= LAST_OK) {
        sessionId = session;
      }
    }

    @Override
    public void message(byte[] json) {
      try {
        RpcMessage message = RpcMessage.parse(json);
        if (message.kind() == RpcMessage.Kind.RESPONSE) {
          answer.complete(new Answer(status, message));
        }
      } catch (MalformedMessageException e) {
        end(); // What follows such an answer is none, either.
      }
    }

    @Override
    public void end() {
      answer.complete(new Answer(status, null));
    }

    @Override
    public void failed(boolean sent, Throwable why) {
      answer.completeExceptionally(
          new UpstreamException(FailureReason.UNREACHABLE, unreachable(why)));
    }
  }

  private String unreachable(Throwable why) {
    return target + " can't be reached: " + String.valueOf(why.getMessage());
  }

  private Map<String, String> headers(@Nullable RpcMessage message, Era era) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("accept", "application/json, text/event-stream");
    headers.put("content-type", "application/json");
    String session = sessionId;
    if (session != null) {
      headers.put("mcp-session-id", session);
    }
    if (era == Era.MODERN) {
      headers.put("mcp-protocol-version", Era.MODERN_VERSION);
    } else if (server != null) {
      headers.put("mcp-protocol-version", server().protocolVersion());
    }
    if (era == Era.MODERN && message != null) {
      headers.put("mcp-method", message.method());
      String name = message.target();
      if (name != null) {
        headers.put("mcp-name", McpHeaders.encode(name));
      }
    }
    return headers;
  }

  @Override
  public Ongoing call(
      RpcMessage request, Map<String, String> paramHeaders, Duration timeout, CallSink sink) {
    MintedCall minted = new MintedCall(request, ids.incrementAndGet(), sink);
    Call call = new Call(minted, timeout);
    Map<String, String> headers = headers(request, server().era());
    headers.putAll(paramHeaders);
    call.exchange =
        HttpExchange.start(client, target, headers, minted.outgoing(), maxMessage, call);
    return call::cancel;
  }

  /** One call and its deadline. */
  private final class Call implements HttpExchange.Handler {
    private final MintedCall minted;
    private final Duration timeout;
    private final AtomicBoolean over = new AtomicBoolean();
    private final @Nullable Timeout timer;
    private volatile long deadline;
    private volatile @Nullable HttpExchange exchange;
    private int status;

    Call(MintedCall minted, Duration timeout) {
      this.minted = minted;
      this.timeout = timeout;
      this.deadline = System.nanoTime() + timeout.toNanos();
      this.timer = timeout.isZero() ? null : arm(timeout.toNanos());
    }

    private Timeout arm(long nanos) {
      return timers.newTimeout(_ -> due(), nanos, TimeUnit.NANOSECONDS);
    }

    private void due() {
      long left = deadline - System.nanoTime();
      if (left > 0) {
        if (!over.get()) {
          arm(left);
        }
      } else {
        fail(
            CallFailure.Kind.TIMEOUT,
            FailureReason.TIMEOUT,
            "the server did not answer within " + timeout.toMillis() + " ms");
      }
    }

    @Override
    public void begin(int code, boolean events, @Nullable String session) {
      status = code;
    }

    @Override
    public void message(byte[] json) {
      try {
        RpcMessage message = RpcMessage.parse(json);
        switch (message.kind()) {
          case RESPONSE -> respond(message);
          case NOTIFICATION -> {
            deadline = System.nanoTime() + timeout.toNanos();
            minted.sink().message(minted.incoming(message));
          }
          case REQUEST -> {
            deadline = System.nanoTime() + timeout.toNanos();
            if (!isPing(message) && !minted.sink().request(message)) {
              decline(message);
            }
          }
        }
      } catch (MalformedMessageException e) {
        if (status <= LAST_OK) {
          lost("the server answered what is no MCP message");
        } // Else the status says it all, at the end.
      }
    }

    /** What the status alone decides is no answer of the server to this call. */
    private boolean isAnswer(RpcMessage message) {
      return switch (status) {
        case UNAUTHORIZED, FORBIDDEN -> false;
        case BAD_REQUEST, NOT_FOUND -> sessionId == null || message.id() != null;
        default -> status < SERVER_ERROR;
      };
    }

    private void respond(RpcMessage message) throws MalformedMessageException {
      if (isAnswer(message)) {
        RpcMessage restored = minted.incoming(message);
        if (finish()) {
          minted.sink().response(restored);
        }
      }
    }

    @Override
    public void end() {
      switch (status) {
        case UNAUTHORIZED, FORBIDDEN ->
            fail(
                CallFailure.Kind.UNAVAILABLE,
                FailureReason.NEEDS_AUTHENTICATION,
                "the server wants credentials (HTTP " + status + ")");
        case BAD_REQUEST, NOT_FOUND -> {
          String why = "the server does not know its session any more (HTTP " + status + ")";
          fail(CallFailure.Kind.UNAVAILABLE, FailureReason.EXITED, why);
          lose(new UpstreamException(FailureReason.EXITED, why));
        }
        default ->
            lost(
                status > LAST_OK
                    ? "the server answered with HTTP " + status
                    : "the server ended its answer without a result");
      }
    }

    @Override
    public void failed(boolean sent, Throwable why) {
      if (sent) {
        lost("the connection to the server broke: " + why.getMessage());
      } else {
        fail(CallFailure.Kind.UNAVAILABLE, FailureReason.UNREACHABLE, unreachable(why));
        lose(new UpstreamException(FailureReason.UNREACHABLE, unreachable(why)));
      }
    }

    private void lost(String why) {
      FailureReason reason =
          status >= SERVER_ERROR ? FailureReason.UNREACHABLE : FailureReason.PROTOCOL;
      fail(CallFailure.Kind.LOST, reason, why);
    }

    private void fail(CallFailure.Kind kind, FailureReason reason, String message) {
      if (finish()) {
        minted.sink().failed(new CallFailure(kind, reason, message));
      }
      cancelExchange();
    }

    private boolean finish() {
      if (timer != null) {
        timer.cancel();
      }
      return over.compareAndSet(false, true);
    }

    private void cancel() {
      if (finish()) {
        if (server().era() == Era.LEGACY) {
          send(
              RpcReply.notification(
                  "notifications/cancelled", "{\"requestId\":" + minted.minted() + "}"));
        }
        cancelExchange();
      }
    }

    private void cancelExchange() {
      HttpExchange going = exchange;
      if (going != null) {
        going.cancel();
      }
    }
  }

  /** Answers what every client answers. */
  private boolean isPing(RpcMessage request) {
    return request.method().equals("ping") && send(RpcReply.result(request.idText(), "{}"));
  }

  private void decline(RpcMessage request) {
    send(
        RpcReply.error(
            request.idText(),
            RpcCode.METHOD_NOT_FOUND,
            "the client has not declared what " + request.method() + " needs"));
  }

  @Override
  public boolean send(byte[] json) {
    HttpExchange exchange =
        HttpExchange.start(
            client, target, headers(null, Era.LEGACY), json, maxMessage, new Ignored());
    timers.newTimeout(_ -> exchange.cancel(), NOTIFY_SECONDS, TimeUnit.SECONDS);
    return true;
  }

  /** Nobody waits for the answer to a notification. */
  private static final class Ignored implements HttpExchange.Handler {
    @Override
    public void begin(int status, boolean events, @Nullable String session) {}

    @Override
    public void message(byte[] json) {}

    @Override
    public void end() {}

    @Override
    public void failed(boolean sent, Throwable why) {}
  }

  @Override
  public CompletableFuture<RpcMessage> request(String method, String params, Duration timeout) {
    CompletableFuture<RpcMessage> answer = new CompletableFuture<>();
    call(
        OwnRequests.of(server().era(), method, params),
        Map.of(),
        timeout,
        OwnRequests.into(answer));
    return answer;
  }

  @Override
  public void listen(Listener next) {
    listener = next;
    boolean silent =
        server().era() == Era.MODERN && !server().capabilities().contains("listChanged");
    if (!silent) {
      stream = EventStream.open(new ServerStream(), timers);
    }
  }

  /** What the server sends of itself, and the end of it. */
  private final class ServerStream implements EventStream.Owner {
    @Override
    public HttpExchange open(HttpExchange.Handler handler) {
      boolean modern = server().era() == Era.MODERN;
      RpcMessage request = OwnRequests.listen();
      return HttpExchange.start(
          client,
          target,
          headers(modern ? request : null, server().era()),
          modern ? request.json() : null,
          maxMessage,
          handler);
    }

    @Override
    public void message(RpcMessage message) {
      Listener hearing = listener;
      switch (message.kind()) {
        case NOTIFICATION -> {
          if (hearing != null) {
            hearing.notification(message);
          }
        }
        case REQUEST -> {
          if (!isPing(message) && (hearing == null || !hearing.request(message))) {
            decline(message);
          }
        }
        case RESPONSE -> {}
      }
    }

    @Override
    public void sessionEnded() {
      if (sessionId != null) {
        lose(new UpstreamException(FailureReason.EXITED, "the server has ended its session"));
      }
    }

    @Override
    public void unreachable(Throwable why) {
      lose(new UpstreamException(FailureReason.UNREACHABLE, HttpSession.this.unreachable(why)));
    }
  }

  /** Says that the server is gone; the session ends. */
  public void lose(UpstreamException why) {
    if (closed.complete(why)) {
      EventStream open = stream;
      if (open != null) {
        open.close();
      }
    }
  }

  @Override
  public CompletableFuture<UpstreamException> closed() {
    return closed;
  }

  /**
   * Has {@code action} run when the registry closes the session, for those who use its address
   * themselves.
   *
   * @return takes the action back
   */
  public Runnable onClose(Runnable action) {
    closeActions.add(action);
    return () -> closeActions.remove(action);
  }

  @Override
  public void close() {
    lose(new UpstreamException(FailureReason.EXITED, "the registry closed the session"));
    closeActions.forEach(Runnable::run);
  }
}
