package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Lease;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;

/** A client's request on its way: its lease and its measurement, which end together, once. */
final class ForwardedCall {
  private final RpcMessage request;
  private final Lease lease;
  private final CallMetrics.Call measured;

  ForwardedCall(RpcMessage request, Lease lease, CallMetrics.Call measured) {
    this.request = request;
    this.lease = lease;
    this.measured = measured;
  }

  RpcMessage request() {
    return request;
  }

  Lease lease() {
    return lease;
  }

  /** The call has ended; only the first report counts. */
  void complete(Outcome outcome) {
    measured.end(outcome);
    lease.complete(outcome);
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
