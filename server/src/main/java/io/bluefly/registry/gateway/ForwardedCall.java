package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Lease;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.telemetry.Attempt;
import io.bluefly.registry.telemetry.CallError;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A client's request on its way: its lease and its measurement, which end together, once. */
final class ForwardedCall {
  private final RpcMessage request;
  private final Lease lease;
  private final @Nullable String capability;
  private final CallMetrics.Call measured;
  private final EventInbox events;
  private final @Nullable Attempt attempt;
  private final Consumer<Outcome> heard;

  /**
   * A call that begins.
   *
   * @param capability the tool, prompt or resource that it asks for; null for other requests
   * @param events where its end is told
   * @param attempt what a collector is told of it; null for nothing
   * @param heard told how it has ended, once
   */
  ForwardedCall(
      RpcMessage request,
      Lease lease,
      @Nullable String capability,
      CallMetrics.Call measured,
      EventInbox events,
      @Nullable Attempt attempt,
      Consumer<Outcome> heard) {
    this.request = request;
    this.lease = lease;
    this.capability = capability;
    this.measured = measured;
    this.events = events;
    this.attempt = attempt;
    this.heard = heard;
  }

  RpcMessage request() {
    return request;
  }

  Lease lease() {
    return lease;
  }

  /** The call has ended with a response. */
  void answered(RpcMessage response) {
    if (attempt != null) {
      attempt.end(TracedReply.error(response));
    }
    complete(outcome(response));
  }

  /** The call has ended; only the first report counts. */
  void complete(Outcome outcome) {
    if (attempt != null) {
      attempt.end(error(outcome));
    }
    long nanos = measured.end(outcome);
    if (nanos >= 0) {
      heard.accept(outcome);
      tell(outcome, nanos);
    }
    lease.complete(outcome);
  }

  private void tell(Outcome outcome, long nanos) {
    Connection connection = lease.connection();
    String method = request.method();
    events.publish(
        new CapabilityRequest(
            connection.id(),
            connection.registration().pool(),
            method == null ? "" : method,
            capability,
            outcome,
            nanos,
            System.currentTimeMillis()));
  }

  private static @Nullable CallError error(Outcome outcome) {
    return switch (outcome) {
      case OK -> null;
      case CANCELLED -> CallError.CANCELLED;
      case ERROR_ANSWER, FAILED -> CallError.OTHER;
    };
  }

  /** How a response counts. */
  static Outcome outcome(RpcMessage response) {
    return response.error() != null || response.toolError() ? Outcome.ERROR_ANSWER : Outcome.OK;
  }

  /** Whether the server failed, which another one may not; a tool's own error is an answer. */
  static boolean isServersFault(RpcMessage response) {
    return response.error() != null && response.errorCode() == RpcCode.INTERNAL_ERROR;
  }
}
