package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A session's subscription to one resource. A legacy server is asked once and tells among its other
 * notifications; a modern server by a {@link ResourceListen}.
 */
public final class ResourceSubscription {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final UpstreamSession session;
  private final Consumer<ResourceSubscription> ending;
  private final CompletableFuture<RpcMessage> confirmed = new CompletableFuture<>();
  private volatile boolean lapsed;

  /**
   * A subscription that is not confirmed yet.
   *
   * @param ending ends it at the server
   */
  ResourceSubscription(UpstreamSession session, Consumer<ResourceSubscription> ending) {
    this.session = session;
    this.ending = ending;
  }

  /**
   * Subscribes.
   *
   * @param updates hears a modern server's notifications of this resource
   */
  public static ResourceSubscription open(
      UpstreamSession session, String uri, Consumer<RpcMessage> updates) {
    return session.server().era() == Era.MODERN
        ? new ResourceListen(session, updates).subscribe(uri)
        : openLegacy(session, uri);
  }

  private static ResourceSubscription openLegacy(UpstreamSession session, String uri) {
    String params = "{\"uri\":" + Json.quote(uri) + "}";
    ResourceSubscription opened =
        new ResourceSubscription(
            session,
            made -> {
              if (!made.lapsed) {
                session.request("resources/unsubscribe", params, PATIENCE);
              }
            });
    session
        .request("resources/subscribe", params, PATIENCE)
        .whenComplete((answer, error) -> {
          if (answer == null) {
            opened.refuse(
                RpcMessage.ofOwn(
                    RpcReply.error(
                        "0", RpcCode.UPSTREAM_UNAVAILABLE, String.valueOf(error.getMessage()))));
          } else if (answer.error() != null) {
            opened.refuse(answer);
          } else {
            opened.confirmed.complete(answer);
          }
        });
    return opened;
  }

  void confirm() {
    confirmed.complete(RpcMessage.ofOwn(RpcReply.result("0", "{}")));
  }

  boolean isConfirmed() {
    return confirmed.isDone() && !lapsed;
  }

  /** There is no such subscription, or no longer. */
  void refuse(RpcMessage why) {
    lapsed = true;
    confirmed.complete(why);
  }

  /** Whether it stands or is being made. */
  public boolean isOpen() {
    return !lapsed && !session.closed().isDone();
  }

  /** Completes with the server's answer: a result when the subscription stands, else an error. */
  public CompletableFuture<RpcMessage> confirmed() {
    return confirmed;
  }

  /** The session that it was opened in. */
  public UpstreamSession session() {
    return session;
  }

  /** Ends the subscription; the server is told. */
  public void close() {
    ending.accept(this);
  }
}
