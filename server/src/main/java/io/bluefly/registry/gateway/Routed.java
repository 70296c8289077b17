package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Lease;
import io.bluefly.registry.capabilities.Capability;
import io.bluefly.registry.capabilities.Capability.Effects;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.telemetry.Attempt;
import io.bluefly.registry.upstream.CallFailure;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request that has found its instance. Whoever holds it ends the lease.
 *
 * @param request as the connection's server shall see it, apart from its era
 * @param capability what it uses, null when that is in no catalogue
 * @param seals seals what the client shall bring back; null where it goes to this connection anyway
 * @param quest finds the next instance, should this one fail
 * @param attempt what a collector is told of it; null for nothing
 */
record Routed(
    Lease lease,
    RpcMessage request,
    @Nullable Capability capability,
    @Nullable PoolSeals seals,
    CallRouter.Quest quest,
    @Nullable Attempt attempt) {
  Connection connection() {
    return lease.connection();
  }

  /** Whether the server's messages have to be looked into on their way to the client. */
  boolean rewrites() {
    return seals != null;
  }

  /** A message of the server as the client shall see it, apart from its era. */
  RpcMessage back(RpcMessage message) {
    return seals == null
        ? message
        : seals.sealed(quest.principal(), connection().id(), sealedFor(), message);
  }

  private @Nullable String sealedFor() {
    return request.target();
  }

  /** How a response that passes by counts; a collector is told what it says. */
  Outcome outcome(RpcMessage response) {
    if (attempt != null) {
      attempt.end(TracedReply.error(response));
    }
    return ForwardedCall.outcome(response);
  }

  /** Headers that repeat arguments, for a modern server over HTTP. */
  Map<String, String> paramHeaders() {
    return capability == null ? Map.of() : capability.params().headers(request);
  }

  /**
   * Has the request served once more, preferably elsewhere, after it failed here: always when it
   * did not reach the server, else only when it may be made twice. The lease must have ended.
   *
   * @return false when it may not be: then its client has to be told
   */
  boolean again(CallFailure.Kind failure, Consumer<Routed> then) {
    boolean may = failure == CallFailure.Kind.UNAVAILABLE || mayRunTwice();
    return may && quest.again(lease, then);
  }

  /** Whether it makes no difference if the request runs twice. */
  private boolean mayRunTwice() {
    return switch (request.method()) {
      case "tools/call" -> capability != null && capability.effects() != Effects.UNKNOWN;
      case "tools/list",
          "prompts/list",
          "prompts/get",
          "resources/list",
          "resources/templates/list",
          "resources/read",
          "completion/complete",
          "server/discover",
          "tasks/get",
          "ping" ->
          true;
      default -> false;
    };
  }

  /** After what time a second instance is asked as well; null for never. */
  @Nullable Duration hedgeAfter() {
    boolean readOnly =
        request.method().equals("tools/call")
            && capability != null
            && capability.effects() == Effects.NONE;
    return readOnly ? quest.hedgeAfter() : null;
  }

  /** The same request at a second instance that has room now; null without one. */
  @Nullable Routed hedge() {
    return quest.hedge(this);
  }
}
