package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.McpHeaders;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.SseReader;
import io.netty.util.Timer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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

  /** Attempts in a row to take an answer up again that do not even reach the server. */
  private static final int MAX_FAILED_RESUMPTIONS = 4;

  private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);
  private static final int LAST_OK = 299;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int SERVER_ERROR = 500;

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

  HttpSession(HttpClient client, HttpTarget target, Timer timers, int maxMessage) {
    this(client, client, target, timers, maxMessage);
  }

  /**
   * A session that nothing is known of yet.
   *
   * @param streams for what stays open, so that it takes no call's connection
   */
  HttpSession(
      HttpClient client, HttpClient streams, HttpTarget target, Timer timers, int maxMessage) {
    this.client = client;
    this.streams = streams;
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

  /**
   * Where calls go on that the server refused because it had forgotten this session: {@code next}
   * gives the session that comes after this one.
   */
  void succeededBy(Supplier<CompletableFuture<UpstreamSession>> next) {
    successor = next;
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
    return call(request, paramHeaders, timeout, sink, true);
  }

  private Ongoing call(
      RpcMessage request,
      Map<String, String> paramHeaders,
      Duration timeout,
      CallSink sink,
      boolean repeatable) {
    MintedCall minted = new MintedCall(request, ids.incrementAndGet(), sink);
    Call call = new Call(minted, timeout, repeatable);
    call.deadline.start();
    Map<String, String> headers = headers(request, server().era());
    headers.putAll(paramHeaders);
    HttpClient by = timeout.isZero() ? streams : client;
    call.exchange = HttpExchange.start(by, target, headers, minted.outgoing(), maxMessage, call);
    return call::cancel;
  }

  /**
   * One call and its deadline. It outlives its exchange: a legacy server may break the stream of
   * the answer off and have it asked for again, and a call that met a forgotten session goes on in
   * the next one, once.
   */
  private final class Call implements HttpExchange.Handler {
    private final MintedCall minted;
    private final Duration timeout;
    private final boolean repeatable;
    private final ResumePoint point = new ResumePoint();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Deadline deadline;
    private volatile @Nullable HttpExchange exchange;
    private volatile @Nullable Ongoing repeated;
    private volatile @Nullable RpcMessage refusal;
    private volatile boolean resumed;
    private volatile boolean left;
    private int failedResumptions;
    private int status;
    private boolean isStream;

    Call(MintedCall minted, Duration timeout, boolean repeatable) {
      this.minted = minted;
      this.timeout = timeout;
      this.repeatable = repeatable;
      this.deadline = new Deadline(timers, timeout, questions, this::expired);
    }

    private void expired() {
      fail(
          CallFailure.Kind.TIMEOUT,
          FailureReason.TIMEOUT,
          "the server did not answer within " + timeout.toMillis() + " ms");
    }

    @Override
    public void begin(int code, boolean events, @Nullable String session) {
      status = code;
      isStream = events && code <= LAST_OK;
    }

    @Override
    public void position(SseReader.Position position) {
      failedResumptions = 0;
      point.passed(position);
    }

    @Override
    public void message(byte[] json) {
      try {
        for (RpcMessage message : Batch.messages(json)) {
          take(message);
        }
      } catch (MalformedMessageException e) {
        if (status <= LAST_OK) {
          lost("the server answered what is no MCP message");
        } // Else the status says it all, at the end.
      }
    }

    private void take(RpcMessage message) throws MalformedMessageException {
      switch (message.kind()) {
        case RESPONSE -> respond(message);
        case NOTIFICATION -> {
          deadline.postpone();
          questions.heard(message);
          minted.sink().message(minted.incoming(message));
        }
        case REQUEST -> {
          deadline.postpone();
          if (!isPing(message)) {
            ask(message, minted.sink()::request);
          }
        }
      }
    }

    /** What the status alone decides is no answer of the server to this call. */
    private boolean isAnswer(RpcMessage message) {
      Span id = message.id();
      boolean ours = id != null && MintedCall.minted(message, id) == minted.minted();
      if (resumed) {
        // A refusal is one of the GET, not of the call; and the stream may be one of others, too.
        return status <= LAST_OK && ours;
      }
      return switch (status) {
        case UNAUTHORIZED, FORBIDDEN -> false;
        // Of a session that is forgotten servers speak under ids of their own, or none.
        case BAD_REQUEST, NOT_FOUND -> sessionId == null || ours;
        // An error may come from before the server has read the id; a result can't.
        default -> status < SERVER_ERROR && (ours || message.result() == null);
      };
    }

    private void respond(RpcMessage message) throws MalformedMessageException {
      if (isAnswer(message)) {
        RpcMessage restored = minted.incoming(message);
        if (finish()) {
          minted.sink().response(restored);
        }
        if (resumed) {
          cancelExchange(); // The server may keep a stream of a GET open for more, without end.
        }
      } else {
        refusal = message;
      }
    }

    @Override
    public void end() {
      if (over.get()) {
        return; // What the status says beside an answer is of no account.
      }
      if (resumed && status > LAST_OK) {
        lost("the server did not take the answer up again (HTTP " + status + ")");
        if (status == NOT_FOUND) {
          loseForgotten("the server does not know its session any more");
        }
      } else if (isStream && mayResume()) {
        resumeLater(point.pause());
      } else {
        ended();
      }
    }

    private void ended() {
      switch (status) {
        case UNAUTHORIZED, FORBIDDEN ->
            fail(
                CallFailure.Kind.UNAVAILABLE,
                FailureReason.NEEDS_AUTHENTICATION,
                "the server wants credentials (HTTP " + status + ")");
        case NOT_FOUND ->
            sessionForgotten("the server does not know its session any more (HTTP 404)");
        case BAD_REQUEST -> badRequest();
        default ->
            lost(
                status > LAST_OK
                    ? "the server answered with HTTP " + status
                    : "the server ended its answer without a result");
      }
    }

    @Override
    public void failed(boolean sent, Throwable why) {
      if (resumed && !isStream) {
        resumptionFailed(why);
      } else if (sent && isStream && mayResume() && !(why instanceof FrameTooLongException)) {
        resumeLater(point.pause());
      } else if (sent) {
        lost("the connection to the server broke: " + why.getMessage());
      } else {
        fail(CallFailure.Kind.UNAVAILABLE, FailureReason.UNREACHABLE, unreachable(why));
        lose(new UpstreamException(FailureReason.UNREACHABLE, unreachable(why)));
      }
    }

    private boolean mayResume() {
      return server().era() == Era.LEGACY && point.isKnown() && !over.get();
    }

    private void resumptionFailed(Throwable why) {
      failedResumptions++;
      if (failedResumptions < MAX_FAILED_RESUMPTIONS) {
        resumeLater(point.pause().multipliedBy(1L << failedResumptions));
      } else {
        lost("the connection to the server broke and can't be had again: " + why.getMessage());
      }
    }

    private void resumeLater(Duration pause) {
      resumed = true;
      timers.newTimeout(_ -> resume(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Asks for the rest of the answer; the call's deadline stands. */
    private void resume() {
      if (over.get()) {
        return;
      }
      status = 0;
      isStream = false;
      Map<String, String> headers = headers(null, Era.LEGACY);
      headers.put("accept", "text/event-stream");
      point.addTo(headers);
      exchange = HttpExchange.start(client, target, headers, null, maxMessage, this);
      if (over.get()) {
        cancelExchange();
      }
    }

    /**
     * Some servers say this of a session that they have forgotten, others of a request that they do
     * not like. The session itself knows: no client's bad request may end what others share.
     */
    private void badRequest() {
      String why = "the server does not know its session any more (HTTP 400)";
      if (sessionId == null) {
        fail(
            CallFailure.Kind.UNAVAILABLE,
            FailureReason.PROTOCOL,
            "the server answered with HTTP 400");
        return;
      }
      RpcMessage ping = OwnRequests.of(Era.LEGACY, "ping", "{}");
      exchange(ping, Era.LEGACY, PING_TIMEOUT)
          .whenComplete((pong, _) -> {
            RpcMessage answer = pong == null ? null : pong.message();
            if (answer == null || !answer.idText().equals(ping.idText())) {
              sessionForgotten(why);
            } else {
              refused();
            }
          });
    }

    private void refused() {
      try {
        RpcMessage said = refusal;
        if (said == null) {
          lost("the server answered with HTTP 400");
        } else if (finish()) {
          minted.sink().response(minted.incoming(said));
        }
      } catch (MalformedMessageException e) {
        lost("the server answered with HTTP 400");
      }
    }

    /** The call did not run: it is sent again, once, in the session that comes next. */
    private void sessionForgotten(String why) {
      boolean inSession = sessionId != null;
      loseForgotten(why);
      Supplier<CompletableFuture<UpstreamSession>> next = successor;
      if (!inSession || !repeatable || next == null) {
        fail(CallFailure.Kind.UNAVAILABLE, FailureReason.EXITED, why);
        return;
      }
      next.get()
          .whenComplete((fresh, error) -> {
            if (fresh == null || fresh.server().era() != server().era()) {
              fail(CallFailure.Kind.UNAVAILABLE, FailureReason.EXITED, why);
            } else {
              repeat(fresh);
            }
          });
    }

    private void repeat(UpstreamSession fresh) {
      Duration rest = Duration.ofNanos(deadline.leftNanos());
      if (!timeout.isZero() && !rest.isPositive()) {
        expired();
      } else if (finish()) {
        Duration patience = timeout.isZero() ? timeout : rest;
        Ongoing again =
            switch (fresh) {
              case HttpSession http ->
                  http.call(minted.request(), Map.of(), patience, minted.sink(), false);
              case ChannelSession channel ->
                  channel.call(minted.request(), Map.of(), patience, minted.sink());
            };
        repeated = again;
        if (left) {
          again.cancel();
        }
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
      deadline.cancel();
      return over.compareAndSet(false, true);
    }

    private void cancel() {
      left = true;
      Ongoing again = repeated;
      if (again != null) {
        again.cancel();
      } else if (finish()) {
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

  /** Has somebody answer what the server asks, or tells it that nobody does. */
  private void ask(RpcMessage request, Predicate<RpcMessage> asked) {
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
    return sendAndForget(HttpMethod.POST, json);
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
      begun.complete(null);
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
    @Override
    public HttpExchange open(ResumePoint from, HttpExchange.Handler handler) {
      boolean modern = server().era() == Era.MODERN;
      RpcMessage request = OwnRequests.listen();
      Map<String, String> headers = headers(modern ? request : null, server().era());
      if (!modern) {
        from.addTo(headers);
      }
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
    public void sessionEnded() {
      if (sessionId != null) {
        loseForgotten("the server has ended its session");
      }
    }

    @Override
    public void unreachable(Throwable why) {
      lose(new UpstreamException(FailureReason.UNREACHABLE, HttpSession.this.unreachable(why)));
    }
  }

  private void loseForgotten(String why) {
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
