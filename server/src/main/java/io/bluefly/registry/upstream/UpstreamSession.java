package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.RpcMessage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A conversation with a server, after its handshake: by a message channel or by HTTP. */
public sealed interface UpstreamSession permits ChannelSession, HttpSession {
  /** Hears what the server sends that belongs to no call. */
  interface Listener {
    /** A notification. */
    void notification(RpcMessage message);

    /**
     * A request of the server.
     *
     * @return false when nobody here can answer it; the server is told so
     */
    boolean request(RpcMessage message);

    /** The server has refused a call for want of credentials; told now and then, not each time. */
    default void refused() {}
  }

  /** A call that is going on. */
  @FunctionalInterface
  interface Ongoing {
    /** Gives the call up: the server is told, the sink hears no more. */
    void cancel();
  }

  /** What the server said of itself. */
  ServerInfo server();

  /**
   * Sends a request for somebody else. Its id and progress token are replaced on the way and put
   * back in what returns, so that callers can't disturb each other.
   *
   * @param paramHeaders headers that repeat arguments, for modern servers over HTTP
   * @param timeout from now, and again from each progress notification; zero for none
   */
  Ongoing call(
      RpcMessage request, Map<String, String> paramHeaders, Duration timeout, CallSink sink);

  /** Sends a notification or a response as it is; false when the session is closed. */
  boolean send(byte[] json);

  /**
   * Sends a request of the registry's own and waits for the answer without holding a thread.
   *
   * @param params JSON text of an object; a modern server also gets the {@code _meta} it needs
   * @return the answer, error answers included; fails with an {@link UpstreamException}
   */
  CompletableFuture<RpcMessage> request(String method, String params, Duration timeout);

  /** Has {@code listener} called for what belongs to no call. */
  void listen(Listener listener);

  /**
   * Completes when what the server sends of itself can be heard; over HTTP that is when its stream
   * is open or refused, or has been waited for long enough. What a server asks before then may be
   * lost, and the call that it asks for with it.
   */
  default CompletableFuture<Void> listening() {
    return CompletableFuture.completedFuture(null);
  }

  /** Completes, once, when the session has ended by itself or was closed; says why. */
  CompletableFuture<UpstreamException> closed();

  /** Ends the session and what it owns. */
  void close();
}
