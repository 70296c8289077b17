package io.bluefly.registry.gateway;

import io.bluefly.registry.metrics.Outcome;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.upstream.UpstreamSession;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A legacy client's session over a server that has one stream for all. Keeps which of the client's
 * answers is open, so that the server's messages find a way; without any, a few wait.
 */
final class LegacySession implements UpstreamSession.Listener {
  private static final int MAX_WAITING = 100;

  /** No level asked for: every message is wanted, and nobody else is held to it. */
  static final int ALL_LEVELS = Integer.MAX_VALUE;

  private final String id;
  private final String connectionId;
  private final @Nullable UpstreamSession own;
  private final AtomicBoolean slot = new AtomicBoolean(true);
  private final Set<String> subscriptions = ConcurrentHashMap.newKeySet();
  private final SequencedMap<String, OpenCall> calls = new LinkedHashMap<>();
  private final Deque<byte[]> waiting = new ArrayDeque<>();
  private @Nullable ClientReply stream;
  private volatile int level = ALL_LEVELS;
  private volatile long lastUsed = System.nanoTime();

  /**
   * A session.
   *
   * @param own the upstream session that serves this client alone, null when it shares the
   *     connection's
   */
  LegacySession(String id, String connectionId, @Nullable UpstreamSession own) {
    this.id = id;
    this.connectionId = connectionId;
    this.own = own;
  }

  String id() {
    return id;
  }

  String connectionId() {
    return connectionId;
  }

  @Nullable UpstreamSession own() {
    return own;
  }

  /** Whether this call gives back the slot that the own instance takes: true once. */
  boolean giveBackSlot() {
    return slot.compareAndSet(true, false);
  }

  void touch() {
    lastUsed = System.nanoTime();
  }

  /** Nanoseconds since the last use; none while an answer or a stream is open. */
  synchronized long idleNanos(long now) {
    return stream != null || !calls.isEmpty() ? 0 : now - lastUsed;
  }

  /** A call begins; a request with the id of one that is open replaces it. */
  OpenCall begin(ForwardedCall call, ClientReply reply) {
    OpenCall open = new OpenCall(call, reply);
    synchronized (this) {
      calls.put(call.request().idText(), open);
    }
    return open;
  }

  /** A call that the server has not answered yet. */
  final class OpenCall {
    private final ForwardedCall call;
    private final ClientReply reply;
    private volatile UpstreamSession.@Nullable Ongoing ongoing;

    private OpenCall(ForwardedCall call, ClientReply reply) {
      this.call = call;
      this.reply = reply;
    }

    void sent(UpstreamSession.Ongoing sent) {
      ongoing = sent;
    }

    void ended() {
      touch();
      synchronized (LegacySession.this) {
        calls.remove(call.request().idText(), this);
      }
    }

    private void giveUp(int status, int code, String why) {
      UpstreamSession.Ongoing going = ongoing;
      if (going != null) {
        going.cancel();
      }
      ended();
      call.complete(Outcome.CANCELLED);
      reply.error(status, call.request().idText(), code, why);
    }
  }

  /** The client gives a call up; its id is JSON text. */
  void cancel(String idText) {
    OpenCall open;
    synchronized (this) {
      open = calls.get(idText);
    }
    if (open != null) {
      open.giveUp(200, RpcCode.CANCELLED, "cancelled by the client");
    }
  }

  /** The least severe level of log messages that the client wants, as a number. */
  int level() {
    return level;
  }

  void setLevel(int next) {
    level = next;
  }

  Set<String> subscriptions() {
    return subscriptions;
  }

  /** The client listens; what waited goes first. An earlier stream ends. */
  synchronized void attach(ClientReply next) {
    if (stream != null) {
      stream.endStream();
    }
    stream = next;
    next.startStream();
    for (byte[] json = waiting.poll(); json != null; json = waiting.poll()) {
      next.event(json);
    }
  }

  @SuppressWarnings("ReferenceEquality") // is it still this very stream?
  synchronized void detach(ClientReply gone) {
    if (stream == gone) {
      stream = null;
      touch();
    }
  }

  @Override
  public void notification(RpcMessage message) {
    deliver(message.json(), false);
  }

  @Override
  public boolean request(RpcMessage message) {
    deliver(message.json(), true);
    return true;
  }

  /** A request of the server most likely belongs to the call that it is busy with. */
  private synchronized void deliver(byte[] json, boolean preferCall) {
    ClientReply call = calls.isEmpty() ? null : calls.lastEntry().getValue().reply;
    ClientReply way = preferCall ? first(call, stream) : first(stream, call);
    if (way != null) {
      way.event(json);
    } else if (waiting.size() < MAX_WAITING) {
      waiting.add(json);
    }
  }

  private static @Nullable ClientReply first(@Nullable ClientReply a, @Nullable ClientReply b) {
    return a != null ? a : b;
  }

  /** Ends what is open. */
  void close() {
    List<OpenCall> open;
    synchronized (this) {
      open = List.copyOf(calls.values());
      if (stream != null) {
        stream.endStream();
      }
    }
    open.forEach(call ->
        call.giveUp(502, RpcCode.UPSTREAM_LOST, "the session has ended; the call may have run"));
    if (own != null) {
      own.close();
    }
  }
}
