package io.bluefly.registry.gateway;

import io.bluefly.registry.balancing.Refusal;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.Scope;
import io.bluefly.registry.telemetry.Trace;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A message of a client.
 *
 * @param address for whom it is
 * @param reply where its answer goes
 * @param http the HTTP request that brought it; null on a channel, where nothing has headers
 * @param peer who sent it
 * @param trace what a collector is told of it; null for nothing
 */
record ClientRequest(
    Address address,
    RpcMessage message,
    ClientReply reply,
    @Nullable ClientExchange http,
    Peer peer,
    @Nullable Trace trace) {
  private static final AsciiString SESSION = AsciiString.cached("mcp-session-id");
  private static final AsciiString VERSION = AsciiString.cached("mcp-protocol-version");

  ClientRequest(
      Address address,
      RpcMessage message,
      ClientReply reply,
      @Nullable ClientExchange http,
      Peer peer) {
    this(address, message, reply, http, peer, null);
  }

  /** The same, told of until its answer ends. */
  ClientRequest traced(Trace by) {
    return new ClientRequest(address, message, new TracedReply(reply, by), http, peer, by);
  }

  /** The same with another message. */
  ClientRequest with(RpcMessage other) {
    return new ClientRequest(address, other, reply, http, peer, trace);
  }

  /** The same with another place for its answer. */
  ClientRequest with(ClientReply other) {
    return new ClientRequest(address, message, other, http, peer, trace);
  }

  /** Who has sent it. */
  Principal principal() {
    return peer.principal();
  }

  /** What they may see and call. */
  Scope scope() {
    return peer.principal().scope();
  }

  /** The legacy session that the client names. */
  @Nullable String sessionId() {
    return http == null ? null : http.header(SESSION);
  }

  /** The protocol version that the header names. */
  @Nullable String version() {
    return http == null ? null : http.header(VERSION);
  }

  /** Answers with an error, and the HTTP status that its code has in the client's era. */
  void refuse(int code, String why) {
    refuse(isModern() ? RpcCode.httpStatus(code) : 200, code, why);
  }

  /** Answers with an error; the status counts where there is one. */
  void refuse(int status, int code, String why) {
    reply.error(status, message.idText(), code, why);
  }

  /** Answers that nobody can serve the request now; it was not begun. */
  void unavailable(String why) {
    reply.header("retry-after", "1");
    refuse(503, RpcCode.UPSTREAM_UNAVAILABLE, why);
  }

  /** Answers why no instance took the request. */
  void refuse(Refusal refusal) {
    reply.header("retry-after", Integer.toString(refusal.retryAfter()));
    int code = refusal.overloaded() ? RpcCode.OVERLOADED : RpcCode.UPSTREAM_UNAVAILABLE;
    refuse(503, code, refusal.message());
  }

  /** Whether the message is modern, or the header says so. */
  boolean isModern() {
    return message.era() == Era.MODERN || Era.MODERN_VERSION.equals(version());
  }
}
