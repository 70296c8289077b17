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

/** A legacy client's call of a legacy server. */
final class LegacyCall implements CallSink {
  private final LegacySession session;
  private final Routed routed;
  private final ForwardedCall call;
  private final LegacySession.OpenCall open;
  private final boolean own;
  private final Supplier<CompletableFuture<UpstreamSession>> next;
  private volatile UpstreamSession upstream;
  private volatile long deadline;
  private boolean repeated;

  /**
   * A call.
   *
   * @param own whether {@code upstream} is of this client alone, so that it can be asked
   * @param next gives the session that comes after {@code upstream} where that is its own
   */
  LegacyCall(
      LegacySession session,
      UpstreamSession upstream,
      Routed routed,
      ForwardedCall call,
      LegacySession.OpenCall open,
      boolean own,
      Supplier<CompletableFuture<UpstreamSession>> next) {
    this.session = session;
    this.upstream = upstream;
    this.routed = routed;
    this.call = call;
    this.open = open;
    this.own = own;
    this.next = next;
  }

  void start(Duration timeout) {
    deadline = System.nanoTime() + timeout.toNanos();
    send(timeout);
  }

  private void send(Duration timeout) {
    open.sent(upstream.call(routed.request(), Map.of(), timeout, this));
  }

  @Override
  public void message(RpcMessage message) {
    if (message.method().equals("notifications/cancelled")) {
      session.questions().withdrawn(upstream, message);
    } else {
      open.reply().event(message.json());
    }
  }

  @Override
  public boolean request(RpcMessage message) {
    return own && session.questions().passOn(upstream, message, open.reply());
  }

  @Override
  public void response(RpcMessage response) {
    call.complete(ForwardedCall.outcome(response));
    open.ended();
    open.reply().finish(200, routed.back(response).json());
  }

  @Override
  public void failed(CallFailure failure) {
    // The server has forgotten the session, and so has not begun the call: another may take it.
    boolean forgotten =
        failure.kind() == CallFailure.Kind.UNAVAILABLE && upstream.closed().isDone();
    Duration left = Duration.ofNanos(deadline - System.nanoTime());
    if (!own || !forgotten || repeated || !left.isPositive()) {
      fail(failure);
      return;
    }
    repeated = true;
    next.get()
        .whenComplete((fresh, _) -> {
          if (fresh == null || open.reply().isOver()) {
            fail(failure);
          } else {
            upstream = fresh;
            send(left);
          }
        });
  }

  private void fail(CallFailure failure) {
    call.complete(Outcome.FAILED);
    open.ended();
    SessionCall.fail(open.reply(), routed.request().idText(), failure);
  }
}
