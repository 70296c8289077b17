package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.CallSink;
import io.bluefly.registry.upstream.UpstreamSession;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A legacy client's call of a legacy server. */
final class LegacyCall implements CallSink {
  private final LegacySession session;
  private final Routed routed;
  private final ForwardedCall call;
  private final ClientReply reply;
  private final Retry retry;
  private final @Nullable Supplier<CompletableFuture<UpstreamSession>> next;
  private volatile UpstreamSession upstream;
  private volatile long deadline;
  private volatile boolean asked;
  private boolean repeated;

  /**
   * A call.
   *
   * @param next gives the session that comes after {@code upstream} where that is of this client
   *     alone, so that it can be asked; null where clients share it
   */
  LegacyCall(
      LegacySession session,
      UpstreamSession upstream,
      Routed routed,
      ForwardedCall call,
      ClientReply reply,
      Retry retry,
      @Nullable Supplier<CompletableFuture<UpstreamSession>> next) {
    this.session = session;
    this.upstream = upstream;
    this.routed = routed;
    this.call = call;
    this.reply = reply;
    this.retry = retry;
    this.next = next;
  }

  void start(Duration timeout) {
    deadline = System.nanoTime() + timeout.toNanos();
    send(timeout);
  }

  private void send(Duration timeout) {
    SentCall sent = new SentCall();
    reply.onClientGone(() -> {
      call.complete(Outcome.CANCELLED);
      sent.cancel();
    });
    sent.goesOn(upstream.call(routed.request(), Map.of(), timeout, this));
  }

  @Override
  public void message(RpcMessage message) {
    if (message.method().equals("notifications/cancelled")) {
      session.questions().withdrawn(upstream, message);
    } else {
      reply.event(message.json());
    }
  }

  @Override
  public boolean request(RpcMessage message) {
    asked = true;
    return next != null && session.questions().passOn(upstream, message, reply);
  }

  @Override
  public void response(RpcMessage response) {
    call.answered(response);
    if (!ForwardedCall.isServersFault(response) || asked || !retry.take(CallFailure.Kind.LOST)) {
      reply.finish(200, routed.back(response).json());
    }
  }

  @Override
  public void failed(CallFailure failure) {
    // The server has forgotten the session, and so has not begun the call: another may take it.
    boolean forgotten =
        failure.kind() == CallFailure.Kind.UNAVAILABLE && upstream.closed().isDone();
    Duration left = Duration.ofNanos(deadline - System.nanoTime());
    if (next == null || !forgotten || repeated || !left.isPositive()) {
      fail(failure);
      return;
    }
    repeated = true;
    next.get()
        .whenComplete((fresh, _) -> {
          if (fresh == null || reply.isOver()) {
            fail(failure);
          } else {
            upstream = fresh;
            send(left);
          }
        });
  }

  private void fail(CallFailure failure) {
    call.complete(Outcome.FAILED);
    if (asked || !retry.take(failure.kind())) {
      SessionCall.fail(reply, routed.request().idText(), failure);
    }
  }
}
