package io.bluefly.registry.gateway;

import io.bluefly.registry.gateway.CallSessions.CallSession;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.Members;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.CallSink;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A modern client's call of a legacy server that may ask the client something in the middle. Then
 * the client's request ends with {@code input_required}, the call waits, and the client's retry
 * takes it up again.
 */
final class HeldCall implements CallSink, UpstreamSession.Listener {
  /** Bytes of messages that may wait for the client to come back. */
  private static final int MAX_BACKLOG_BYTES = 256 * 1024;

  /** Requests that may be answered with a question; clients understand it at no other. */
  private static final Set<String> ASKABLE = Set.of("tools/call", "prompts/get", "resources/read");

  private final HeldCalls calls;
  private final ForwardedCall call;
  private final UnaryOperator<RpcMessage> translation;
  private final Retry retry;
  private final ClientFeatures features;

  /** What the server has asked and the client has not answered, by the key that the client sees. */
  private final Map<String, RpcMessage> asked = new LinkedHashMap<>();

  private final Deque<RpcMessage> backlog = new ArrayDeque<>();
  private int backlogBytes;
  private int questions;
  private volatile CallSession line;
  private volatile long deadline;
  private boolean repeated;
  private ClientRequest client;
  private RpcMessage request;
  private @Nullable ClientReply reply;
  private @Nullable Runnable end;
  private boolean over;
  private @Nullable SentCall ongoing;
  private long waitsSince = System.nanoTime();

  /**
   * A call.
   *
   * @param line where it is made; given back at its end
   * @param client as the client sent it
   * @param translation what the client shall see for a response
   */
  HeldCall(
      HeldCalls calls,
      CallSession line,
      ForwardedCall call,
      ClientRequest client,
      UnaryOperator<RpcMessage> translation,
      Retry retry) {
    this.calls = calls;
    this.line = line;
    this.call = call;
    this.client = client;
    this.request = client.message();
    this.translation = translation;
    this.retry = retry;
    this.features = ClientFeatures.of(client.message());
  }

  /** Sends the request; what comes of it goes to {@code first}. */
  void start(ClientReply first, Duration timeout) {
    synchronized (this) {
      reply = first;
    }
    deadline = System.nanoTime() + timeout.toNanos();
    first.onClientGone(this::abandon);
    send(line, timeout);
  }

  private void send(CallSession next, Duration timeout) {
    SentCall sent = new SentCall();
    synchronized (this) {
      if (over) {
        return; // The client has left; its session was closed.
      }
      ongoing = sent;
    }
    next.serve(this);
    sent.goesOn(next.session().call(call.request(), Map.of(), timeout, this));
  }

  @Override
  public synchronized void message(RpcMessage message) {
    if (message.method().equals("notifications/message") && !request.wantsLog()) {
      return;
    }
    if (reply != null) {
      reply.event(withCurrentToken(message));
    } else if (backlogBytes + message.json().length <= MAX_BACKLOG_BYTES) {
      backlogBytes += message.json().length;
      backlog.add(message);
    }
  }

  /** A retry may have a progress token of its own. */
  private byte[] withCurrentToken(RpcMessage message) {
    Span there = message.progressToken();
    Span token = request.progressToken();
    return there == null || token == null
        ? message.json()
        : new Splice(message.json()).replace(there, token.bytes(request.json())).bytes();
  }

  @Override
  public void notification(RpcMessage message) {
    switch (message.method()) {
      case "notifications/cancelled" -> withdrawn(message);
      case "notifications/message" -> message(message);
      default -> {}
    }
  }

  /** The server does not want an answer any more. */
  private synchronized void withdrawn(RpcMessage message) {
    Span id = message.requestId();
    if (id != null) {
      asked.values().removeIf(question -> question.idText().equals(id.text(message.json())));
    }
  }

  @Override
  public synchronized boolean request(RpcMessage question) {
    line.asked();
    if (over || !features.answers(question.method()) || !ASKABLE.contains(request.method())) {
      return false;
    }
    questions++;
    asked.put("input-" + questions, question);
    ask();
    return true;
  }

  /** Ends the client's request with what the server wants to know. */
  private void ask() {
    ClientReply open = reply;
    if (open == null || asked.isEmpty()) {
      return;
    }
    String state = calls.hold(this, client);
    if (state == null) {
      reply = null;
      open.error(
          503,
          request.idText(),
          RpcCode.UPSTREAM_UNAVAILABLE,
          "too many calls wait for their clients; the call may have run in part");
      giveUp();
      return;
    }
    String questions =
        asked.entrySet().stream()
            .map(e -> Json.quote(e.getKey()) + ":" + asInput(e.getValue()))
            .collect(Collectors.joining(",", "{", "}"));
    reply = null;
    waitsSince = System.nanoTime();
    open.finish(200, RpcReply.result(request.idText(), inputRequired(questions, state)));
  }

  /** A result that asks a modern client; {@code inputRequests} is JSON text. */
  static String inputRequired(String inputRequests, String state) {
    return "{\"resultType\":\"input_required\",\"inputRequests\":"
        + inputRequests
        + ",\"requestState\":"
        + Json.quote(state)
        + "}";
  }

  private static String asInput(RpcMessage question) {
    Span params = question.params();
    return "{\"method\":"
        + Json.quote(question.method())
        + (params == null ? "" : ",\"params\":" + params.text(question.json()))
        + "}";
  }

  synchronized long waitedNanos() {
    return reply == null ? System.nanoTime() - waitsSince : 0;
  }

  /** The client has come back with answers. */
  void resume(ClientRequest retry) {
    synchronized (this) {
      client = retry;
      request = retry.message();
      reply = retry.reply();
      answer(retry.message());
      if (asked.isEmpty()) {
        backlog.forEach(message -> retry.reply().event(withCurrentToken(message)));
        backlog.clear();
        backlogBytes = 0;
      }
      if (end != null) {
        end.run();
      } else {
        ask(); // What was not answered is asked again.
      }
    }
    retry.reply().onClientGone(this::abandon);
  }

  private void answer(RpcMessage retry) {
    Span responses = retry.inputResponsesSpan();
    if (responses == null) {
      return;
    }
    try {
      Members.of(retry.json(), responses)
          .forEach((key, at) -> {
            RpcMessage question = asked.remove(key);
            if (question != null) {
              line.session().send(RpcReply.result(question.idText(), at.text(retry.json())));
            }
          });
    } catch (MalformedMessageException e) {
      // Nothing is answered: it is asked again.
    }
  }

  @Override
  public void response(RpcMessage response) {
    RpcMessage translated = translation.apply(response);
    call.answered(translated);
    if (ForwardedCall.isServersFault(response) && repeatsElsewhere(CallFailure.Kind.LOST)) {
      return;
    }
    ended(() -> finish(RpcCode.httpStatus(translated.errorCode()), translated));
  }

  private void finish(int status, RpcMessage response) {
    ClientReply open = reply;
    Span id = response.id();
    if (open != null) {
      byte[] json =
          id == null
              ? response.json()
              : new Splice(response.json()).replace(id, request.idText()).bytes();
      open.finish(status, json);
    }
  }

  @Override
  public void failed(CallFailure failure) {
    Duration left = Duration.ofNanos(deadline - System.nanoTime());
    if (left.isPositive() && mayRepeat(failure)) {
      line.anew()
          .whenComplete((fresh, _) -> {
            if (fresh == null) {
              fail(failure);
            } else {
              repeat(fresh, left);
            }
          });
    } else {
      fail(failure);
    }
  }

  /** The server has forgotten a kept session, and so has not begun the call: once is enough. */
  private synchronized boolean mayRepeat(CallFailure failure) {
    boolean may =
        failure.kind() == CallFailure.Kind.UNAVAILABLE
            && line.session().closed().isDone()
            && questions == 0
            && !over
            && !repeated;
    repeated |= may;
    return may;
  }

  private void repeat(CallSession fresh, Duration left) {
    synchronized (this) {
      if (!over) {
        line = fresh;
      }
    }
    if (line.equals(fresh)) {
      send(fresh, left);
    } else {
      fresh.giveBack(); // The client has left in the meantime.
    }
  }

  private void fail(CallFailure failure) {
    call.complete(Outcome.FAILED);
    if (repeatsElsewhere(failure.kind())) {
      return;
    }
    ended(() -> {
      if (reply != null) {
        SessionCall.fail(reply, request.idText(), failure);
      }
    });
  }

  /** Has the call made again elsewhere, unless the client was asked for it already. */
  private boolean repeatsElsewhere(CallFailure.Kind failure) {
    synchronized (this) {
      if (over || questions > 0) {
        return false;
      }
      over = true; // Nobody gives it up while somebody else takes it over.
    }
    boolean taken = retry.take(failure);
    if (taken) {
      line.giveBack();
    } else {
      synchronized (this) {
        over = false;
      }
    }
    return taken;
  }

  /** The server has ended the call: the client is told now, or when it comes back. */
  private void ended(Runnable telling) {
    synchronized (this) {
      if (over) {
        return;
      }
      over = true;
      asked.clear();
    }
    line.giveBack(); // Before the client knows: its next call shall find it.
    synchronized (this) {
      end = telling;
      if (reply != null) {
        telling.run();
      }
    }
  }

  /** The client has left, or does not come back. */
  void abandon() {
    synchronized (this) {
      if (!over) {
        giveUp();
      }
    }
  }

  private void giveUp() {
    over = true;
    if (ongoing != null) {
      ongoing.cancel();
    }
    call.complete(Outcome.CANCELLED);
    line.close(); // The server may still be busy with the call.
  }
}
