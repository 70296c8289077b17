package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.CallSink;
import java.util.function.UnaryOperator;

/** Carries what a server sends for one call to the client's reply, and reports the outcome. */
final class SessionCall implements CallSink {
  private final ForwardedCall call;
  private final ClientReply reply;
  private final boolean modern;
  private final UnaryOperator<RpcMessage> translation;
  private final Runnable ended;
  private final boolean endless;

  /**
   * A call whose answer goes to {@code reply}.
   *
   * @param modern whether the client is modern: its errors have HTTP statuses of their own
   * @param translation what the client shall see for a response
   * @param ended runs when the call has ended, however it did
   * @param endless whether it is a stream, which counts as answered with its first message
   */
  SessionCall(
      ForwardedCall call,
      ClientReply reply,
      boolean modern,
      UnaryOperator<RpcMessage> translation,
      Runnable ended,
      boolean endless) {
    this.call = call;
    this.reply = reply;
    this.modern = modern;
    this.translation = translation;
    this.ended = ended;
    this.endless = endless;
  }

  @Override
  public void message(byte[] json) {
    if (endless) {
      call.complete(Outcome.OK);
    }
    reply.event(json);
  }

  @Override
  public void response(RpcMessage response) {
    RpcMessage translated = translation.apply(response);
    call.complete(ForwardedCall.outcome(translated));
    ended.run();
    int status = modern ? RpcCode.httpStatus(translated.errorCode()) : 200;
    reply.finish(status, translated.json());
  }

  @Override
  public void failed(CallFailure failure) {
    call.complete(Outcome.FAILED);
    ended.run();
    reply.error(status(failure), call.request().idText(), code(failure), message(failure));
  }

  /** What went wrong, and what is known of the call: it must never be repeated lightly. */
  private static String message(CallFailure failure) {
    return failure.message()
        + switch (failure.kind()) {
          case UNAVAILABLE -> "; the call did not reach it";
          case TIMEOUT, LOST -> "; the call may have run";
        };
  }

  private static int status(CallFailure failure) {
    return switch (failure.kind()) {
      case UNAVAILABLE -> 503;
      case TIMEOUT -> 504;
      case LOST -> 502;
    };
  }

  private static int code(CallFailure failure) {
    return switch (failure.kind()) {
      case UNAVAILABLE -> RpcCode.UPSTREAM_UNAVAILABLE;
      case TIMEOUT -> RpcCode.UPSTREAM_TIMEOUT;
      case LOST -> RpcCode.UPSTREAM_LOST;
    };
  }
}
