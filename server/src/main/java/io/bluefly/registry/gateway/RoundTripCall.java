package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Capability.Kind;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.CallSink;
import io.bluefly.registry.upstream.UpstreamSession;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A legacy client's call of a modern server. When the server answers that it needs input, the
 * client is asked on the stream of the call, and the request is made again with what it says.
 */
final class RoundTripCall implements CallSink {
  /** Times that a server may ask before it must answer. */
  private static final int MAX_ROUNDS = 8;

  private final Vertx vertx;
  private final LegacySession session;
  private final UpstreamSession upstream;
  private final Routed routed;
  private final ForwardedCall call;
  private final ClientReply reply;
  private final Retry retry;
  private final Duration timeout;
  private final RpcMessage lifted;
  private final Map<String, String> headers;

  private final Map<String, String> answers = new LinkedHashMap<>();
  private final List<Questions.Question> questions = new ArrayList<>();
  private int wanted;
  private int rounds;
  private boolean over;
  private @Nullable String state;
  private volatile long timer = -1;

  RoundTripCall(
      Vertx vertx,
      LegacySession session,
      Routed routed,
      ForwardedCall call,
      ClientReply reply,
      Retry retry,
      Duration timeout) {
    this.vertx = vertx;
    this.session = session;
    this.upstream = routed.lease().session();
    this.routed = routed;
    this.call = call;
    this.reply = reply;
    this.retry = retry;
    this.timeout = timeout;
    this.lifted = ModernBridge.lift(routed.request(), session);
    this.headers = routed.paramHeaders();
  }

  void start() {
    send(lifted);
  }

  private void send(RpcMessage request) {
    SentCall sent = new SentCall();
    reply.onClientGone(() -> {
      call.complete(Outcome.CANCELLED);
      sent.cancel();
    });
    sent.goesOn(upstream.call(request, headers, timeout, this));
  }

  @Override
  public void message(RpcMessage message) {
    reply.event(message.json());
  }

  @Override
  public void response(RpcMessage response) {
    if (!"input_required".equals(response.resultType())) {
      call.answered(response);
      if (ForwardedCall.isServersFault(response) && repeats(CallFailure.Kind.LOST)) {
        return;
      }
      boolean tools = Kind.TOOL.listMethod().equals(lifted.method());
      reply.finish(200, tools ? UsableTools.of(response) : response.json());
      return;
    }
    rounds++;
    if (rounds > MAX_ROUNDS) {
      fail(
          RpcCode.UPSTREAM_LOST,
          "the server asked for input more than " + MAX_ROUNDS + " times; the call may have run");
      return;
    }
    try {
      Span stateAt = response.requestStateSpan();
      Span requests = response.inputRequestsSpan();
      ask(
          response,
          requests == null ? Map.of() : Members.of(response.json(), requests),
          stateAt == null ? null : stateAt.text(response.json()));
    } catch (MalformedMessageException e) {
      fail(RpcCode.UPSTREAM_LOST, "the server asked for input in a way that is none of MCP's");
    }
  }

  private void ask(RpcMessage response, Map<String, Span> requests, @Nullable String nextState)
      throws MalformedMessageException {
    List<Asked> round = new ArrayList<>();
    for (Map.Entry<String, Span> entry : requests.entrySet()) {
      round.add(
          Asked.of(entry.getKey(), response.json(), Members.of(response.json(), entry.getValue())));
    }
    // A client that can't answer all of them is asked none.
    for (Asked question : round) {
      if (!session.features().answers(question.method)) {
        fail(
            RpcCode.MISSING_CAPABILITY,
            "the server needs " + question.method + ", which the client has not declared");
        return;
      }
    }
    synchronized (this) {
      answers.clear();
      questions.clear();
      wanted = requests.size();
      state = nextState;
    }
    reply.onClientGone(() -> {
      call.complete(Outcome.CANCELLED);
      withdraw();
    });
    if (isOver()) {
      return; // The client has given the call up.
    }
    if (requests.isEmpty()) {
      again();
      return;
    }
    timer = vertx.setTimer(timeout.toMillis(), _ -> tookTooLong());
    for (Asked question : round) {
      if (!ask(question)) {
        return;
      }
    }
  }

  /**
   * What a server wants to know.
   *
   * @param key the server's name for it
   * @param params JSON text, or null
   */
  private record Asked(String key, String method, @Nullable String params) {
    static Asked of(String key, byte[] json, Map<String, Span> request)
        throws MalformedMessageException {
      Span methodAt = request.get("method");
      String method = methodAt == null ? null : Members.text(json, methodAt);
      Span params = request.get("params");
      return new Asked(
          key,
          String.valueOf(method),
          method == null || params == null ? null : ModernBridge.asked(method, json, params));
    }
  }

  /** Whether the next question may follow. */
  private boolean ask(Asked asked) {
    Questions.Question question =
        session
            .questions()
            .ask(
                asked.method,
                asked.params,
                reply,
                answer -> answered(asked.key, asked.method, answer));
    if (question == null) {
      fail(RpcCode.UPSTREAM_UNAVAILABLE, "the client has too many open questions");
      return false;
    }
    boolean late;
    synchronized (this) {
      late = over;
      questions.add(question);
    }
    if (late) {
      question.withdraw();
    }
    return !late;
  }

  private void answered(String key, String method, RpcMessage answer) {
    Span result = answer.result();
    if (result == null) {
      fail(
          answer.errorCode() == 0 ? RpcCode.INVALID_REQUEST : answer.errorCode(),
          "the client did not answer " + method + ", which the server needs");
      return;
    }
    boolean complete;
    synchronized (this) {
      answers.put(key, result.text(answer.json()));
      complete = !over && answers.size() == wanted;
    }
    if (complete) {
      again();
    }
  }

  private void again() {
    vertx.cancelTimer(timer);
    byte[] retry;
    synchronized (this) {
      String responses =
          answers.entrySet().stream()
              .map(e -> Json.quote(e.getKey()) + ":" + e.getValue())
              .collect(Collectors.joining(",", "{", "}"));
      retry = ModernBridge.retry(lifted, responses, state);
    }
    try {
      send(RpcMessage.parse(retry));
    } catch (MalformedMessageException e) {
      fail(e.code(), "the client's answer can't be passed on: " + e.getMessage());
    }
  }

  private void tookTooLong() {
    fail(
        RpcCode.UPSTREAM_TIMEOUT,
        "the client did not answer the server's questions within " + timeout.toMillis() + " ms");
  }

  private synchronized boolean isOver() {
    return over;
  }

  /** Takes back what is still asked. */
  private void withdraw() {
    List<Questions.Question> asked;
    synchronized (this) {
      over = true;
      asked = List.copyOf(questions);
    }
    vertx.cancelTimer(timer);
    asked.forEach(Questions.Question::withdraw);
  }

  private void fail(int code, String why) {
    synchronized (this) {
      if (over) {
        return;
      }
    }
    withdraw();
    call.complete(Outcome.ERROR_ANSWER);
    reply.error(200, routed.request().idText(), code, why);
  }

  @Override
  public void failed(CallFailure failure) {
    call.complete(Outcome.FAILED);
    if (!repeats(failure.kind())) {
      SessionCall.fail(reply, routed.request().idText(), failure);
    }
  }

  /** Has the call made again elsewhere, unless the client was asked for it already. */
  private boolean repeats(CallFailure.Kind failure) {
    return rounds == 0 && retry.take(failure);
  }
}
