package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
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

  private final class Reply implements ClientReply {
    private final String idText;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Runnable clientGone;
    private volatile boolean left;

    Reply(String idText) {
      this.idText = idText;
    }

    @Override
    public boolean isOver() {
      return over.get();
    }

    @Override
    public void onClientGone(Runnable action) {
      clientGone = action;
      if (left) {
        action.run();
      }
    }

    @Override
    public void header(String name, String value) {}

    @Override
    public void event(byte[] json) {
      if (!over.get()) {
        stream.event(json);
      }
    }

    @Override
    public void finish(int status, byte[] json) {
      if (end()) {
        stream.event(json);
      }
    }

    @Override
    public void empty(int status) {
      end();
    }

    private boolean end() {
      open.remove(idText, this);
      return over.compareAndSet(false, true);
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
