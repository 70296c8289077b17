package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.Span;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * What a server has asked in a session and not been answered. While there is something, the server
 * waits for somebody's client, and no deadline of a call runs.
 */
final class ServerQuestions {
  /** Questions that are remembered: who asks more does not gain time by that. */
  private static final int MAX_OPEN = 1_000;

  /** A question stops the deadlines for no longer; the gateway gives up long before. */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** When each was asked, by the JSON text of its id. */
  private final Map<String, Long> open = new HashMap<>(0);

  private long last = System.nanoTime();

  /** The server asks; whoever can't answer {@linkplain #closed takes it back}. */
  synchronized void asked(RpcMessage question) {
    last = System.nanoTime();
    if (open.size() < MAX_OPEN) {
      open.put(question.idText(), last);
    }
  }

  /** The server has an answer to {@code question}. */
  synchronized void closed(RpcMessage question) {
    close(question.idText());
  }

  private void close(String idText) {
    if (open.remove(idText) != null) {
      last = System.nanoTime();
    }
  }

  /** This is sent to the server; it may be the answer to a question. */
  synchronized void sent(byte[] json) {
    if (open.isEmpty()) {
      return;
    }
    try {
      RpcMessage message = RpcMessage.parse(json);
      if (message.kind() == RpcMessage.Kind.RESPONSE) {
        close(message.idText());
      }
    } catch (MalformedMessageException e) {
      // It answers nothing.
    }
  }

  /** The server has sent this; it may take a question back. */
  synchronized void heard(RpcMessage notification) {
    Span id = notification.requestId();
    if (id != null && notification.method().equals("notifications/cancelled")) {
      close(id.text(notification.json()));
    }
  }

  /** Up to when deadlines do not run, as {@link System#nanoTime}: now, while something is open. */
  synchronized long lastNanos() {
    long now = System.nanoTime();
    open.values().removeIf(since -> now - since > LONGEST.toNanos());
    return open.isEmpty() ? last : now;
  }
}
