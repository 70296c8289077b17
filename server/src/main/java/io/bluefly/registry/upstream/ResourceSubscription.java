package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.Json;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.SubscriptionFilter;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A session's subscription to one resource. A legacy server is asked once and tells among its other
 * notifications; a modern server gets a {@code subscriptions/listen} that stays open.
 */
public final class ResourceSubscription {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final UpstreamSession session;
  private final String uri;
  private final CompletableFuture<RpcMessage> confirmed = new CompletableFuture<>();
  private volatile UpstreamSession.@Nullable Ongoing stream;

  private ResourceSubscription(UpstreamSession session, String uri) {
    this.session = session;
    this.uri = uri;
  }

  /**
   * Subscribes.
   *
   * @param updates hears a modern server's notifications of this resource
   */
  public static ResourceSubscription open(
      UpstreamSession session, String uri, Consumer<RpcMessage> updates) {
    ResourceSubscription opened = new ResourceSubscription(session, uri);
    if (session.server().era() == Era.MODERN) {
      opened.listen(updates);
    } else {
      session
          .request("resources/subscribe", opened.params(), PATIENCE)
          .whenComplete((answer, error) -> {
            if (answer == null) {
              opened.fail(RpcCode.UPSTREAM_UNAVAILABLE, String.valueOf(error.getMessage()));
            } else {
              opened.confirmed.complete(answer);
            }
          });
    }
    return opened;
  }

  private String params() {
    return "{\"uri\":" + Json.quote(uri) + "}";
  }

  private void listen(Consumer<RpcMessage> updates) {
    confirmed.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    stream =
        session.call(OwnRequests.listenTo(uri), Map.of(), Duration.ZERO, new Listening(updates));
  }

  private final class Listening implements CallSink {
    private final Consumer<RpcMessage> updates;

    Listening(Consumer<RpcMessage> updates) {
      this.updates = updates;
    }

    @Override
    public void message(RpcMessage message) {
      if (message.method().equals("notifications/subscriptions/acknowledged")) {
        acknowledged(message);
      } else {
        updates.accept(message);
      }
    }

    private void acknowledged(RpcMessage message) {
      try {
        if (SubscriptionFilter.of(message).uris().contains(uri)) {
          confirmed.complete(RpcMessage.ofOwn(RpcReply.result("0", "{}")));
          return;
        }
      } catch (MalformedMessageException e) {
        // No acknowledgement of anything.
      }
      fail(RpcCode.INVALID_PARAMS, "the server does not tell of changes of " + uri);
      close();
    }

    @Override
    public void response(RpcMessage response) {
      confirmed.complete(response);
    }

    @Override
    public void failed(CallFailure failure) {
      fail(RpcCode.UPSTREAM_UNAVAILABLE, failure.message());
    }
  }

  private void fail(int code, String why) {
    confirmed.complete(RpcMessage.ofOwn(RpcReply.error("0", code, why)));
  }

  /**
   * Completes with the server's answer: a result when the subscription stands, else an error. Fails
   * when no answer comes in time.
   */
  public CompletableFuture<RpcMessage> confirmed() {
    return confirmed;
  }

  /** The session that it was opened in. */
  public UpstreamSession session() {
    return session;
  }

  /** Ends the subscription; the server is told. */
  public void close() {
    UpstreamSession.Ongoing open = stream;
    if (open != null) {
      open.cancel();
    } else if (session.server().era() == Era.LEGACY) {
      session.request("resources/unsubscribe", params(), PATIENCE);
    }
  }
}
