package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.CallFailure;
import io.bluefly.registry.upstream.CallSink;
import java.util.function.UnaryOperator;

/** Carries what a server sends for a modern client's call to the reply, and reports the outcome. */
final class SessionCall implements CallSink {
  private final ForwardedCall call;
  private final ClientReply reply;
  private final UnaryOperator<RpcMessage> translation;
  private final Retry retry;
  private final boolean endless;

  /**
   * A call whose answer goes to {@code reply}.
   *
   * @param translation what the client shall see for a message
   * @param endless whether it is a stream, which counts as answered with its first message
   */
  SessionCall(
      ForwardedCall call,
      ClientReply reply,
      UnaryOperator<RpcMessage> translation,
      Retry retry,
      boolean endless) {
    this.call = call;
    this.reply = reply;
    this.translation = translation;
    this.retry = retry;
    this.endless = endless;
  }

  @Override
  public void message(RpcMessage message) {
    if (endless) {
      call.complete(Outcome.OK);
    }
    // A modern client hears log messages only where it has asked for them.
    if (!message.method().equals("notifications/message") || call.request().wantsLog()) {
      reply.event(translation.apply(message).json());
    }
  }

  @Override
  public void response(RpcMessage response) {
    RpcMessage translated = translation.apply(response);
    call.answered(translated);
    if (ForwardedCall.isServersFault(response) && retry.take(CallFailure.Kind.LOST)) {
      return;
    }
    reply.finish(RpcCode.httpStatus(translated.errorCode()), translated.json());
  }

  @Override
  public void failed(CallFailure failure) {
    call.complete(Outcome.FAILED);
    if (!retry.take(failure.kind())) {
      fail(reply, call.request().idText(), failure);
    }
  }

  /** Tells a client that there will be no answer; {@code idText} is its request's id. */
  static void fail(ClientReply reply, String idText, CallFailure failure) {
    reply.error(status(failure), idText, code(failure), message(failure));
  }

  /** What went wrong, and what is known of the call: it must never be repeated lightly. */
  static String message(CallFailure failure) {
    return failure.message()
        + switch (failure.kind()) {
          case UNAVAILABLE -> "; the call did not reach it, and can be made again";
          case TIMEOUT, LOST -> "; the call may have run";
        };
  }

  static int status(CallFailure failure) {
    return switch (failure.kind()) {
      case UNAVAILABLE -> 503;
      case TIMEOUT -> 504;
      case LOST -> 502;
    };
  }

  static int code(CallFailure failure) {
    return switch (failure.kind()) {
      case UNAVAILABLE -> RpcCode.UPSTREAM_UNAVAILABLE;
      case TIMEOUT -> RpcCode.UPSTREAM_TIMEOUT;
      case LOST -> RpcCode.UPSTREAM_LOST;
    };
  }
}
