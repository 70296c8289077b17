package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends and hears everything on one stream, a WebSocket or one of HTTP+SSE: answers
 * find their request by its id, and a notification cancels.
 */
final class ClientChannel {
  /** Requests that one channel may have open. */
  static final int MAX_OPEN = 1_000;

  private final ClientStream stream;
  private final Map<String, Reply> open = new ConcurrentHashMap<>();

  ClientChannel(ClientStream stream) {
    this.stream = stream;
  }

  ClientStream stream() {
    return stream;
  }

  /**
   * Where the answer to {@code message} goes; null when too many requests are open, or one with
   * this id is.
   */
  @Nullable ClientReply reply(RpcMessage message) {
    Reply reply = new Reply(message.idText());
    if (message.kind() != RpcMessage.Kind.REQUEST) {
      return reply;
    }
    return open.size() >= MAX_OPEN || open.putIfAbsent(reply.idText, reply) != null ? null : reply;
  }

  /** The client gives a request up; nothing more is sent for it. */
  void cancel(String idText) {
    Reply reply = open.get(idText);
    if (reply != null) {
      reply.gone();
    }
  }

  /** The client has left. */
  void clientGone() {
    List.copyOf(open.values()).forEach(Reply::gone);
  }

  private final class Reply extends SharedStreamReply {
    private final String idText;
    private volatile @Nullable Runnable clientGone;
    private volatile boolean left;

    Reply(String idText) {
      super(stream);
      this.idText = idText;
    }

    @Override
    public void onClientGone(Runnable action) {
      clientGone = action;
      if (left) {
        action.run();
      }
    }

    /** Its id may be used again from when the client has the answer. */
    @Override
    void ending() {
      open.remove(idText, this);
    }

    private void gone() {
      if (end()) {
        left = true;
        Runnable action = clientGone;
        if (action != null) {
          action.run();
        }
      }
    }
  }
}
