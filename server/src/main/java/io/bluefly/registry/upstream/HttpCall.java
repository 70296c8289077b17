package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.LineFramer.FrameTooLongException;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.SseReader;
import io.vertx.core.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call and its deadline. It outlives its exchange: a legacy server may break the stream of the
 * answer off and have it asked for again, and a call that met a forgotten session goes on in the
 * next one, once.
 */
final class HttpCall implements HttpExchange.Handler {
  /** Attempts in a row to take an answer up again that do not even reach the server. */
  private static final int MAX_FAILED_RESUMPTIONS = 4;

  private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);
  private static final int LAST_OK = 299;
  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int SERVER_ERROR = 500;

  private final HttpSession session;
  private final MintedCall minted;
  private final Duration timeout;
  private final boolean repeatable;
  private final ResumePoint point = new ResumePoint();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Deadline deadline;
  private volatile @Nullable HttpExchange exchange;
  private volatile UpstreamSession.@Nullable Ongoing repeated;
  private volatile @Nullable RpcMessage refusal;
  private volatile boolean resumed;
  private volatile boolean left;
  private @Nullable HttpClient client;
  private Map<String, String> headers = Map.of();

  /** The registry's own headers that it was last sent with. */
  private Map<String, String> credentials = Map.of();

  /** Whether it has been sent with other credentials already. */
  private boolean renewed;

  /** Whether the server has refused it without a look. */
  private volatile boolean unseen;

  private int failedResumptions;
  private int status;
  private boolean isStream;

  HttpCall(HttpSession session, MintedCall minted, Duration timeout, boolean repeatable) {
    this.session = session;
    this.minted = minted;
    this.timeout = timeout;
    this.repeatable = repeatable;
    this.deadline = new Deadline(session.timers(), timeout, session.questions(), this::expired);
  }

  /** Sends the request. */
  void start(HttpClient by, Map<String, String> with) {
    client = by;
    headers = with;
    deadline.start();
    post(by);
  }

  private void post(HttpClient by) {
    credentials = session.target().headers();
    exchange = session.post(by, headers, minted.outgoing(), this);
    if (over.get()) {
      cancelExchange();
    }
  }

  private void expired() {
    if (unseen) {
      fail(
          CallFailure.Kind.UNAVAILABLE,
          FailureReason.EXITED,
          "the server has forgotten its session, and no other could be opened in time");
      return;
    }
    String why = "the server did not answer within " + timeout.toMillis() + " ms";
    HttpExchange going = exchange;
    if (going != null && !over.get()) {
      going.giveUp(why); // Before anybody hears of it and asks how far it came.
    }
    fail(CallFailure.Kind.TIMEOUT, FailureReason.TIMEOUT, why);
  }

  @Override
  public void begin(int code, boolean events, @Nullable String sessionId) {
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
        session.questions().heard(message);
        minted.sink().message(minted.incoming(message));
      }
      case REQUEST -> {
        deadline.postpone();
        if (!session.isPing(message)) {
          session.ask(message, minted.sink()::request);
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
      case BAD_REQUEST, NOT_FOUND -> !session.hasId() || ours;
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
  public HttpTimes times() {
    return session.times();
  }

  @Override
  public void end() {
    if (over.get()) {
      return; // What the status says beside an answer is of no account.
    }
    if (resumed && status > LAST_OK) {
      lost("the server did not take the answer up again (HTTP " + status + ")");
      if (status == NOT_FOUND) {
        session.loseForgotten("the server does not know its session any more");
      }
    } else if (isStream && mayResume()) {
      resumeLater(point.pause());
    } else {
      ended();
    }
  }

  private void ended() {
    switch (status) {
      case UNAUTHORIZED -> unauthorized();
      case FORBIDDEN -> wantsCredentials();
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

  /** The call did not run: with another token it is sent again, once. */
  private void unauthorized() {
    if (renewed) {
      wantsCredentials();
      return;
    }
    renewed = true;
    session
        .target()
        .renewed(credentials)
        .thenAccept(others -> {
          HttpClient by = client;
          if (others && by != null && !over.get()) {
            status = 0;
            isStream = false;
            refusal = null;
            post(by);
          } else {
            wantsCredentials();
          }
        });
  }

  /** With 403 the server may have begun: no other one may do it again. */
  private void wantsCredentials() {
    fail(
        status == UNAUTHORIZED ? CallFailure.Kind.UNAVAILABLE : CallFailure.Kind.LOST,
        FailureReason.NEEDS_AUTHENTICATION,
        UpstreamException.wantsCredentials(status).getMessage());
    session.refused();
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
      UpstreamException unreached = UpstreamException.unreached(session.target(), why);
      fail(CallFailure.Kind.UNAVAILABLE, unreached.reason(), unreached.getMessage());
      session.lose(unreached);
    }
  }

  private boolean mayResume() {
    return session.server().era() == Era.LEGACY && point.isKnown() && !over.get();
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
    session.timers().newTimeout(_ -> resume(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Asks for the rest of the answer; the call's deadline stands. */
  private void resume() {
    if (over.get()) {
      return;
    }
    status = 0;
    isStream = false;
    exchange = session.resume(point, this);
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
    if (!session.hasId()) {
      fail(
          CallFailure.Kind.UNAVAILABLE,
          FailureReason.PROTOCOL,
          "the server answered with HTTP 400");
      return;
    }
    RpcMessage ping = OwnRequests.of(Era.LEGACY, "ping", "{}");
    session
        .exchange(ping, Era.LEGACY, PING_TIMEOUT)
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
    boolean inSession = session.hasId();
    unseen = true;
    session.loseForgotten(why);
    Supplier<CompletableFuture<UpstreamSession>> next = session.successor();
    if (!inSession || !repeatable || next == null) {
      fail(CallFailure.Kind.UNAVAILABLE, FailureReason.EXITED, why);
      return;
    }
    next.get()
        .whenComplete((fresh, error) -> {
          if (fresh == null || fresh.server().era() != session.server().era()) {
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
      UpstreamSession.Ongoing again =
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

  /** Gives the call up; the server is told. */
  void cancel() {
    left = true;
    UpstreamSession.Ongoing again = repeated;
    if (again != null) {
      again.cancel();
    } else if (finish()) {
      if (session.server().era() == Era.LEGACY) {
        session.send(
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
