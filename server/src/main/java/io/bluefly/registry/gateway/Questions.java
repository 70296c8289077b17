package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.bluefly.registry.protocol.Splice;
import io.bluefly.registry.upstream.UpstreamSession;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a legacy client was asked and has not answered: by the registry, or by servers, which all
 * choose their ids for themselves.
 */
final class Questions {
  private static final int MAX_OPEN = 1_000;

  /** How a message gets to the client; {@code way} is the answer that it belongs to. */
  @FunctionalInterface
  interface Delivery {
    void deliver(byte[] json, @Nullable ClientReply way);
  }

  /** Takes a question back. */
  @FunctionalInterface
  interface Question {
    /** The answer is not wanted any more; the client is told. */
    void withdraw();
  }

  /** A server's own name for a question; null for the registry's questions. */
  private record Origin(UpstreamSession from, String idText) {}

  private record Open(Consumer<RpcMessage> answer, @Nullable Origin origin) {}

  private final Delivery delivery;
  private final Map<String, Open> open = new LinkedHashMap<>(0);
  private long asked;

  Questions(Delivery delivery) {
    this.delivery = delivery;
  }

  /**
   * Asks the client.
   *
   * @param params JSON text, or null
   * @param way where the client hears it if that is open
   * @param answer hears the client's response
   * @return null when too many questions are open
   */
  @Nullable Question ask(
      String method,
      @Nullable String params,
      @Nullable ClientReply way,
      Consumer<RpcMessage> answer) {
    return ask(method, params, way, new Open(answer, null));
  }

  private @Nullable Question ask(
      String method, @Nullable String params, @Nullable ClientReply way, Open question) {
    String key;
    synchronized (this) {
      if (open.size() >= MAX_OPEN) {
        return null;
      }
      asked++;
      key = "\"mcp-registry-" + asked + "\"";
      open.put(key, question);
    }
    delivery.deliver(
        params == null ? RpcReply.request(key, method) : RpcReply.request(key, method, params),
        way);
    return () -> withdraw(key, way);
  }

  private void withdraw(String key, @Nullable ClientReply way) {
    boolean wasOpen;
    synchronized (this) {
      wasOpen = open.remove(key) != null;
    }
    if (wasOpen) {
      String params = "{\"requestId\":" + key + "}";
      delivery.deliver(RpcReply.notification("notifications/cancelled", params), way);
    }
  }

  /** The client has answered. */
  void answered(RpcMessage response) {
    Open question;
    synchronized (this) {
      question = open.remove(response.idText());
    }
    if (question != null) {
      question.answer.accept(response);
    }
  }

  /**
   * Passes a server's request on to the client, and the answer back.
   *
   * @return false when the client can't be asked
   */
  boolean passOn(UpstreamSession from, RpcMessage request, @Nullable ClientReply way) {
    Span params = request.params();
    Open question =
        new Open(answer -> from.send(withId(answer, request)), new Origin(from, request.idText()));
    String text = params == null ? null : params.text(request.json());
    return ask(request.method(), text, way, question) != null;
  }

  private static byte[] withId(RpcMessage answer, RpcMessage request) {
    Span there = answer.id();
    return there == null
        ? answer.json()
        : new Splice(answer.json()).replace(there, request.idText()).bytes();
  }

  /** A server does not want the answer to its request any more. */
  void withdrawn(UpstreamSession from, RpcMessage cancelled) {
    Span id = cancelled.requestId();
    if (id == null) {
      return;
    }
    Origin origin = new Origin(from, id.text(cancelled.json()));
    String key;
    synchronized (this) {
      key =
          open.entrySet().stream()
              .filter(e -> origin.equals(e.getValue().origin))
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(null);
    }
    if (key != null) {
      withdraw(key, null);
    }
  }

  /** Nobody will answer any more. */
  synchronized void clear() {
    open.clear();
  }
}
