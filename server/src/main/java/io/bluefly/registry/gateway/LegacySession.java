package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.upstream.UpstreamSession;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A legacy client's session. Knows which of the client's answers is open, so that what servers send
 * finds a way, and what the client was asked. What nobody needs in an idle session is not there.
 */
final class LegacySession implements Hearer {
  /** Bytes that may wait for a client that has no stream open. */
  private static final int MAX_WAITING_BYTES = 256 * 1024;

  /** Resources that a client may subscribe to. */
  static final int MAX_URIS = 100;

  private final String id;
  private final Address address;
  private volatile Principal principal;
  private final RpcMessage initialize;
  private final ClientFeatures features;
  private final Questions questions = new Questions(this::deliver);

  private final SequencedMap<String, OpenCall> calls = new LinkedHashMap<>(0);
  private final Deque<byte[]> waiting = new ArrayDeque<>(0);
  private final Map<String, CompletableFuture<UpstreamSession>> own = new LinkedHashMap<>(0);
  private Set<String> uris = Set.of();
  private @Nullable ClientStream stream;
  private int waitingBytes;
  private boolean closed;
  private volatile LogLevel level = LogLevel.UNSET;
  private volatile long lastUsed = System.nanoTime();

  /**
   * A session that {@code initialize} has begun.
   *
   * @param id what the client calls it, which nobody can guess
   */
  LegacySession(String id, Address address, Principal principal, RpcMessage initialize) {
    this.id = id;
    this.address = address;
    this.principal = principal;
    this.initialize = initialize;
    this.features = ClientFeatures.of(initialize);
  }

  String id() {
    return id;
  }

  @Override
  public Address address() {
    return address;
  }

  @Override
  public Principal principal() {
    return principal;
  }

  /** Tokens are good for minutes, sessions for as long as their client comes back with another. */
  void renew(Principal now) {
    principal = now;
  }

  /** The client's greeting. */
  RpcMessage initialize() {
    return initialize;
  }

  /** The protocol version that was agreed on. */
  String version() {
    return version(initialize, Era.LATEST_LEGACY);
  }

  /** The version that {@code initialize} asks for, where that is a legacy one. */
  static String version(RpcMessage initialize, String otherwise) {
    String asked = initialize.initializeVersion();
    return asked != null && Era.LEGACY_VERSIONS.contains(asked) ? asked : otherwise;
  }

  ClientFeatures features() {
    return features;
  }

  void touch() {
    lastUsed = System.nanoTime();
  }

  /** Nanoseconds since the last use; none while an answer or a stream is open. */
  synchronized long idleNanos(long now) {
    return stream != null || !calls.isEmpty() ? 0 : now - lastUsed;
  }

  /** A call begins; null when the client was told that one with this id is open. */
  @Nullable OpenCall begin(RpcMessage request, ClientReply reply) {
    OpenCall open = new OpenCall(request, reply);
    boolean isNew;
    synchronized (this) {
      isNew = calls.putIfAbsent(request.idText(), open) == null;
    }
    if (isNew) {
      return open;
    }
    reply.error(
        400, request.idText(), RpcCode.INVALID_REQUEST, "a request with this id is being answered");
    return null;
  }

  /** The answer to a call, which is open until it ends or the client gives it up. */
  final class OpenCall implements ClientReply {
    private final RpcMessage request;
    private final ClientReply reply;
    private volatile @Nullable Runnable clientGone;
    private volatile boolean givenUp;

    private OpenCall(RpcMessage request, ClientReply reply) {
      this.request = request;
      this.reply = reply;
    }

    @Override
    public boolean isOver() {
      return givenUp || reply.isOver();
    }

    /** A legacy client that leaves has not cancelled: only its notification does. */
    @Override
    public void onClientGone(Runnable action) {
      clientGone = action;
      if (givenUp) {
        action.run();
      }
    }

    @Override
    public void header(String name, String value) {
      reply.header(name, value);
    }

    @Override
    public void event(byte[] json) {
      reply.event(json);
    }

    @Override
    public void finish(int status, byte[] json) {
      ended();
      reply.finish(status, json);
    }

    @Override
    public void empty(int status) {
      ended();
      reply.empty(status);
    }

    private void ended() {
      touch();
      synchronized (LegacySession.this) {
        calls.remove(request.idText(), this);
      }
    }

    private void giveUp(int status, int code, String why) {
      givenUp = true;
      Runnable action = clientGone;
      if (action != null) {
        action.run();
      }
      error(status, request.idText(), code, why);
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

  @Override
  public LogLevel level() {
    return level;
  }

  void setLevel(LogLevel next) {
    level = next;
  }

  @Override
  public synchronized Set<String> uris() {
    return uris;
  }

  /** Whether one more resource may be subscribed to, or this one is. */
  synchronized boolean maySubscribe(String uri) {
    return uris.contains(uri) || uris.size() < MAX_URIS;
  }

  /** Remembers a subscription; false when it was there, or there are too many. */
  synchronized boolean subscribed(String uri) {
    if (!maySubscribe(uri)) {
      return false;
    }
    if (uris.isEmpty()) {
      uris = ConcurrentHashMap.newKeySet();
    }
    return uris.add(uri);
  }

  synchronized void unsubscribed(String uri) {
    if (!uris.isEmpty()) {
      uris.remove(uri);
    }
  }

  /**
   * The client listens; what waited goes first. An earlier stream ends. False when the session has
   * ended: then nothing comes.
   */
  boolean attach(ClientStream next) {
    ClientStream before;
    synchronized (this) {
      if (closed) {
        return false;
      }
      before = stream;
      stream = next;
      for (byte[] json = waiting.poll(); json != null; json = waiting.poll()) {
        next.event(json);
      }
      waitingBytes = 0;
    }
    end(before);
    return true;
  }

  /** Never under the lock: where a stream ends, its client's next request is served at once. */
  private static void end(@Nullable ClientStream ended) {
    if (ended != null) {
      ended.endStream();
    }
  }

  @SuppressWarnings("ReferenceEquality") // is it still this very stream?
  synchronized void detach(ClientStream gone) {
    if (stream == gone) {
      stream = null;
      touch();
    }
  }

  /** What a server says of itself in a session that clients share. */
  @Override
  public void hear(String connectionId, RpcMessage notification) {
    if (concerns(notification) && !hearsFromItsOwn(connectionId, notification)) {
      deliver(notification.json(), null);
    }
  }

  /** A pool's lists and resources are those of the sessions that clients share. */
  private boolean hearsFromItsOwn(String connectionId, RpcMessage notification) {
    return hasOwn(connectionId)
        && (address instanceof Address.OneConnection
            || notification.method().equals("notifications/message"));
  }

  private synchronized boolean hasOwn(String connectionId) {
    return own.containsKey(connectionId);
  }

  private boolean concerns(RpcMessage notification) {
    return switch (notification.method()) {
      case "notifications/message" -> {
        LogLevel said = LogLevel.of(notification.level());
        LogLevel wanted = level;
        yield wanted != LogLevel.UNSET && said != null && wanted.includes(said);
      }
      case "notifications/resources/updated" -> {
        String uri = notification.target();
        yield uri != null && uris().contains(uri);
      }
      case "notifications/tools/list_changed",
          "notifications/prompts/list_changed",
          "notifications/resources/list_changed" ->
          true;
      default -> false; // It may be about another client's call.
    };
  }

  /** Sends the client something, by {@code way} if that is open. */
  private synchronized void deliver(byte[] json, @Nullable ClientReply way) {
    OpenCall last = calls.isEmpty() ? null : calls.lastEntry().getValue();
    if (way != null && !way.isOver()) {
      way.event(json);
    } else if (stream != null) {
      stream.event(json);
    } else if (last != null) {
      last.reply.event(json);
    } else if (waitingBytes + json.length <= MAX_WAITING_BYTES && !closed) {
      waitingBytes += json.length;
      waiting.add(json);
    }
  }

  /** What the client was asked. */
  Questions questions() {
    return questions;
  }

  /** The connections with which the client has a session of its own. */
  synchronized Set<String> ownIds() {
    return Set.copyOf(own.keySet());
  }

  /**
   * The session of this client alone with a connection's server; opened by whoever comes first, and
   * again when it was lost.
   */
  synchronized CompletableFuture<UpstreamSession> own(
      String connectionId, Supplier<CompletableFuture<UpstreamSession>> opening) {
    CompletableFuture<UpstreamSession> known = own.get(connectionId);
    if (known != null && !isLost(known)) {
      return known;
    }
    CompletableFuture<UpstreamSession> opened = new CompletableFuture<>();
    own.put(connectionId, opened);
    opening
        .get()
        .whenComplete((session, error) -> {
          if (session == null) {
            forget(connectionId, opened);
            opened.completeExceptionally(error);
          } else {
            opened(connectionId, opened, session);
          }
        });
    return opened;
  }

  private static boolean isLost(CompletableFuture<UpstreamSession> known) {
    return known.isCompletedExceptionally() || (known.isDone() && known.join().closed().isDone());
  }

  private void opened(
      String connectionId, CompletableFuture<UpstreamSession> opened, UpstreamSession session) {
    session.listen(new OwnListener(session));
    session.closed().thenRun(() -> forget(connectionId, opened));
    boolean late;
    synchronized (this) {
      late = closed;
    }
    if (late) {
      session.close();
    }
    session.listening().thenRun(() -> opened.complete(session));
  }

  private synchronized void forget(String connectionId, CompletableFuture<UpstreamSession> gone) {
    own.remove(connectionId, gone);
  }

  /** The client's own sessions that are open. */
  synchronized List<UpstreamSession> ownSessions() {
    return own.values().stream()
        .filter(f -> f.isDone() && !f.isCompletedExceptionally())
        .map(CompletableFuture::join)
        .toList();
  }

  /** Hears what a server says and asks in a session of this client alone. */
  private final class OwnListener implements UpstreamSession.Listener {
    private final UpstreamSession session;

    OwnListener(UpstreamSession session) {
      this.session = session;
    }

    @Override
    public void notification(RpcMessage message) {
      if (message.method().equals("notifications/cancelled")) {
        questions.withdrawn(session, message);
      } else {
        deliver(message.json(), null);
      }
    }

    @Override
    public boolean request(RpcMessage message) {
      OpenCall last;
      synchronized (LegacySession.this) {
        last = calls.isEmpty() ? null : calls.lastEntry().getValue();
      }
      // It most likely belongs to the call that the server is busy with.
      return questions.passOn(session, message, last == null ? null : last.reply);
    }
  }

  /** Ends what is open. */
  void close() {
    List<OpenCall> open;
    List<UpstreamSession> sessions;
    ClientStream ended;
    synchronized (this) {
      closed = true;
      open = List.copyOf(calls.values());
      sessions = ownSessions();
      questions.clear();
      waiting.clear();
      ended = stream;
    }
    end(ended);
    open.forEach(call ->
        call.giveUp(502, RpcCode.UPSTREAM_LOST, "the session has ended; the call may have run"));
    sessions.forEach(UpstreamSession::close);
  }
}
