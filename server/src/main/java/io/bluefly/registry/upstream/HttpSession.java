package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A conversation over Streamable HTTP: each message is a POST of its own. With a legacy server it
 * is a session; a modern server has none. A stream of the server's own notifications is kept open
 * where the server offers one.
 */
public final class HttpSession implements UpstreamSession {
  /** How long a server may take to accept a notification. */
  private static final int NOTIFY_SECONDS = 10;

  /** How long a server may take to begin its stream: some send no headers before an event. */
  private static final int LISTEN_SECONDS = 1;

  private static final int LAST_OK = 299;

  /** At most so often is it told that calls are refused. */
  private static final Duration REFUSAL_PAUSE = Duration.ofSeconds(5);

  private final HttpClient client;
  private final HttpClient streams;
  private final HttpTarget target;
  private final Timer timers;
  private final int maxMessage;
  private final AtomicLong ids = new AtomicLong();
  private final ServerQuestions questions = new ServerQuestions();
  private final CompletableFuture<UpstreamException> closed = new CompletableFuture<>();
  private final Set<Runnable> closeActions = ConcurrentHashMap.newKeySet();
  private volatile @Nullable String sessionId;
  private volatile @Nullable ServerInfo server;
  private volatile @Nullable Listener listener;
  private volatile @Nullable EventStream stream;
  private volatile @Nullable Supplier<CompletableFuture<UpstreamSession>> successor;
  private volatile boolean forgotten;
  private final LastExchange last;

  /** When that was told last, by {@link System#nanoTime}; 0: never. */
  private final AtomicLong refusedAt = new AtomicLong();

  HttpSession(HttpClient client, HttpTarget target, Timer timers, int maxMessage) {
    this(client, client, target, timers, maxMessage, new LastExchange(InstantSource.system()));
  }

  /**
   * A session that nothing is known of yet.
   *
   * @param streams for what stays open, so that it takes no call's connection
   * @param last is told of the registry's own requests
   */
  HttpSession(
      HttpClient client,
      HttpClient streams,
      HttpTarget target,
      Timer timers,
      int maxMessage,
      LastExchange last) {
    this.client = client;
    this.streams = streams;
    this.target = target;
    this.timers = timers;
    this.maxMessage = maxMessage;
    this.last = last;
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

  /**
   * Where calls go on that the server refused because it had forgotten this session: {@code next}
   * gives the session that comes after this one.
   */
  void succeededBy(Supplier<CompletableFuture<UpstreamSession>> next) {
    successor = next;
  }

  /** What takes the times of a request that begins. */
  HttpTimes times() {
    return last.begin();
  }

  /** Whether the session ended because the server did not know it any more. */
  boolean isForgotten() {
    return forgotten;
  }

  /** One exchange with the server, whatever it answers: for the handshake. */
  CompletableFuture<Answer> exchange(RpcMessage request, Era era, Duration timeout) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    HttpExchange exchange =
        HttpExchange.start(
            client, target, headers(request, era), request.json(), maxMessage, new Single(answer));
    return answer.whenComplete((_, error) -> {
      if (error instanceof TimeoutException) {
        exchange.giveUp("the server did not answer within " + timeout.toMillis() + " ms");
      } else {
        exchange.cancel();
      }
    });
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
    public HttpTimes times() {
      return last.begin();
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
      answer.completeExceptionally(UpstreamException.unreached(target, why));
    }
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
    return call(request, paramHeaders, timeout, sink, true);
  }

  /**
   * The same.
   *
   * @param repeatable whether a call that the server has not begun may be sent again
   */
  Ongoing call(
      RpcMessage request,
      Map<String, String> paramHeaders,
      Duration timeout,
      CallSink sink,
      boolean repeatable) {
    MintedCall minted = new MintedCall(request, ids.incrementAndGet(), sink);
    HttpCall call = new HttpCall(this, minted, timeout, repeatable);
    Map<String, String> headers = headers(request, server().era());
    headers.putAll(paramHeaders);
    call.start(timeout.isZero() ? streams : client, headers);
    return call::cancel;
  }

  HttpExchange post(
      HttpClient by, Map<String, String> headers, byte[] json, HttpExchange.Handler handler) {
    return HttpExchange.start(by, target, headers, json, maxMessage, handler);
  }

  /** Asks for the rest of an answer that broke off. */
  HttpExchange resume(ResumePoint point, HttpExchange.Handler handler) {
    Map<String, String> headers = headers(null, Era.LEGACY);
    headers.put("accept", "text/event-stream");
    point.addTo(headers);
    return HttpExchange.start(client, target, headers, null, maxMessage, handler);
  }

  Timer timers() {
    return timers;
  }

  /** What the server has asked and nobody has answered yet. */
  ServerQuestions questions() {
    return questions;
  }

  /** Whether the server has given the session an id. */
  boolean hasId() {
    return sessionId != null;
  }

  @Nullable Supplier<CompletableFuture<UpstreamSession>> successor() {
    return successor;
  }

  /** Answers what every client answers. */
  boolean isPing(RpcMessage request) {
    return request.method().equals("ping") && send(RpcReply.result(request.idText(), "{}"));
  }

  /** Has somebody answer what the server asks, or tells it that nobody does. */
  void ask(RpcMessage request, Predicate<RpcMessage> asked) {
    questions.asked(request); // Before somebody may answer.
    if (!asked.test(request)) {
      questions.closed(request);
      decline(request);
    }
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
    questions.sent(json);
    var _ = sendAndForget(HttpMethod.POST, json);
    return true;
  }

  /**
   * Sends a notification that what follows must not overtake.
   *
   * @return completes when the server has answered, in whatever way, or is not reached
   */
  CompletableFuture<@Nullable Void> sendInOrder(byte[] json) {
    // A connection that was kept may be closed just then; to be told twice does no harm.
    return sendAndForget(HttpMethod.POST, json)
        .exceptionallyCompose(_ -> sendAndForget(HttpMethod.POST, json))
        .exceptionally(_ -> null);
  }

  private CompletableFuture<@Nullable Void> sendAndForget(
      HttpMethod method, byte @Nullable [] json) {
    Ignored answer = new Ignored();
    HttpExchange exchange =
        HttpExchange.start(
            client, target, method, headers(null, Era.LEGACY), json, maxMessage, answer);
    timers.newTimeout(_ -> exchange.cancel(), NOTIFY_SECONDS, TimeUnit.SECONDS);
    return answer.begun;
  }

  /** Nobody cares for the answer to a notification, only that there is one. */
  private static final class Ignored implements HttpExchange.Handler {
    private final CompletableFuture<@Nullable Void> begun = new CompletableFuture<>();

    @Override
    public void begin(int status, boolean events, @Nullable String session) {
      begun.complete(null);
    }

    @Override
    public void message(byte[] json) {}

    @Override
    public void end() {}

    @Override
    public void failed(boolean sent, Throwable why) {
      begun.completeExceptionally(why);
    }
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

  @Override
  public CompletableFuture<Void> listening() {
    EventStream open = stream;
    return open == null
        ? CompletableFuture.completedFuture(null)
        : open.begun().copy().completeOnTimeout(null, LISTEN_SECONDS, TimeUnit.SECONDS);
  }

  /** What the server sends of itself, and the end of it. */
  private final class ServerStream implements EventStream.Owner {
    /** The registry's own headers that it was last opened with. */
    private volatile Map<String, String> credentials = Map.of();

    @Override
    public HttpExchange open(ResumePoint from, HttpExchange.Handler handler) {
      boolean modern = server().era() == Era.MODERN;
      RpcMessage request = OwnRequests.listen();
      Map<String, String> headers = headers(modern ? request : null, server().era());
      if (!modern) {
        from.addTo(headers);
      }
      credentials = target.headers();
      return HttpExchange.start(
          streams, target, headers, modern ? request.json() : null, maxMessage, handler);
    }

    @Override
    public void message(RpcMessage message) {
      Listener hearing = listener;
      switch (message.kind()) {
        case NOTIFICATION -> {
          questions.heard(message);
          if (hearing != null) {
            hearing.notification(message);
          }
        }
        case REQUEST -> {
          if (!isPing(message)) {
            ask(message, question -> hearing != null && hearing.request(question));
          }
        }
        case RESPONSE -> {}
      }
    }

    @Override
    public CompletableFuture<Boolean> renewed() {
      return target.renewed(credentials);
    }

    @Override
    public void refused() {
      HttpSession.this.refused();
    }

    @Override
    public void sessionEnded() {
      if (sessionId != null) {
        loseForgotten("the server has ended its session");
      }
    }

    @Override
    public void unreachable(Throwable why) {
      lose(UpstreamException.unreached(target, why));
    }
  }

  /** The server wants other credentials for a call, with HTTP 401 or 403; all calls may tell. */
  public void refused() {
    Listener hearing = listener;
    long now = System.nanoTime();
    long before = refusedAt.get();
    boolean due = before == 0 || now - before > REFUSAL_PAUSE.toNanos();
    if (hearing != null && due && refusedAt.compareAndSet(before, now == 0 ? 1 : now)) {
      hearing.refused();
    }
  }

  /** The server does not know the session any more. */
  void loseForgotten(String why) {
    if (sessionId != null) {
      forgotten = true;
    }
    lose(new UpstreamException(FailureReason.EXITED, why));
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
    if (sessionId != null && !closed.isDone()) {
      var _ = sendAndForget(HttpMethod.DELETE, null);
    }
    lose(new UpstreamException(FailureReason.EXITED, "the registry closed the session"));
    closeActions.forEach(Runnable::run);
  }
}
