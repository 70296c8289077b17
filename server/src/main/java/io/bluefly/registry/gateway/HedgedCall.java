package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.CallSink;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A call of a read-only tool. When its instance takes long, a second one is asked as well; the
 * first result counts and the other call is cancelled.
 *
 * <p>Hedged requests: J. Dean and L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013.
 */
final class HedgedCall {
  private final Vertx vertx;
  private final CallRouter router;
  private final ClientReply reply;
  private final Retry retry;
  private final Duration timeout;
  private final Function<Routed, @Nullable UnaryOperator<RpcMessage>> translations;
  private final List<Attempt> running = new ArrayList<>();
  private boolean over;
  private volatile long timer = -1;

  /**
   * A call whose answer goes to {@code reply}.
   *
   * @param retry takes it over when both attempts have failed
   * @param translations what the client shall see of an instance's messages; null where that one
   *     can't serve it
   */
  HedgedCall(
      Vertx vertx,
      CallRouter router,
      ClientReply reply,
      Retry retry,
      Duration timeout,
      Function<Routed, @Nullable UnaryOperator<RpcMessage>> translations) {
    this.vertx = vertx;
    this.router = router;
    this.reply = reply;
    this.retry = retry;
    this.timeout = timeout;
    this.translations = translations;
  }

  /** Sends the call to the first instance. */
  void start(Routed first) {
    Duration after = Objects.requireNonNull(first.hedgeAfter(), "only what may be hedged is");
    reply.onClientGone(() -> end(null));
    timer = vertx.setTimer(Math.max(1, after.toMillis()), _ -> second(first));
    send(first, Objects.requireNonNull(translations.apply(first), "the first can serve it"));
  }

  private void second(Routed first) {
    if (isOver()) {
      return; // Before a place is taken for it.
    }
    Routed next = first.hedge();
    if (next == null) {
      return;
    }
    UnaryOperator<RpcMessage> translation = translations.apply(next);
    if (translation == null) {
      next.lease().giveBack();
    } else {
      send(next, translation);
    }
  }

  private synchronized boolean isOver() {
    return over;
  }

  private void send(Routed routed, UnaryOperator<RpcMessage> translation) {
    Attempt attempt = begin(routed, translation);
    if (attempt == null) {
      routed.lease().giveBack(); // The call has ended, or somebody else has it, in the meantime.
      return;
    }
    attempt.sent.goesOn(
        routed.lease().session().call(routed.request(), routed.paramHeaders(), timeout, attempt));
  }

  private synchronized @Nullable Attempt begin(
      Routed routed, UnaryOperator<RpcMessage> translation) {
    if (over) {
      return null;
    }
    Attempt attempt = new Attempt(router.begin(routed), translation, routed.connection().id());
    running.add(attempt);
    return attempt;
  }

  /** Ends all attempts but the one that won; false when the call was over before. */
  private boolean end(@Nullable Attempt winner) {
    List<Attempt> losers;
    synchronized (this) {
      if (over) {
        return false;
      }
      over = true;
      losers = running.stream().filter(attempt -> attempt != winner).toList();
    }
    vertx.cancelTimer(timer);
    losers.forEach(Attempt::cancel);
    return true;
  }

  /** Whether it was the last one that could still be answered: then no other begins any more. */
  private boolean wasLast(Attempt failed) {
    synchronized (this) {
      running.remove(failed);
      if (over || !running.isEmpty()) {
        return false;
      }
      over = true;
    }
    vertx.cancelTimer(timer);
    return true;
  }

  private final class Attempt implements CallSink {
    private final ForwardedCall call;
    private final UnaryOperator<RpcMessage> translation;
    private final String connectionId;
    private final SentCall sent = new SentCall();

    Attempt(ForwardedCall call, UnaryOperator<RpcMessage> translation, String connectionId) {
      this.call = call;
      this.translation = translation;
      this.connectionId = connectionId;
    }

    void cancel() {
      call.complete(Outcome.CANCELLED);
      sent.cancel();
    }

    /** Who listens to two that do the same hears only the first. */
    @Override
    public void message(RpcMessage message) {
      boolean heard;
      synchronized (HedgedCall.this) {
        heard = !over && running.indexOf(this) == 0;
      }
      boolean unwanted =
          message.method().equals("notifications/message")
              && call.request().era() == Era.MODERN
              && !call.request().wantsLog();
      if (heard && !unwanted) {
        reply.event(translation.apply(message).json());
      }
    }

    @Override
    public void response(RpcMessage response) {
      RpcMessage translated = translation.apply(response);
      call.answered(translated);
      boolean counts =
          ForwardedCall.isServersFault(response)
              ? wasLast(this) && !retry.take(CallFailure.Kind.LOST)
              : end(this);
      if (counts) {
        reply.header(CallRouter.SERVED_BY, connectionId);
        boolean modern = call.request().era() == Era.MODERN;
        int status = modern ? RpcCode.httpStatus(translated.errorCode()) : 200;
        reply.finish(status, translated.json());
      }
    }

    @Override
    public void failed(CallFailure failure) {
      call.complete(Outcome.FAILED);
      if (wasLast(this) && !retry.take(failure.kind())) {
        SessionCall.fail(reply, call.request().idText(), failure);
      }
    }
  }
}
