package io.bluefly.registry.upstream;

import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import io.netty.util.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A conversation over a message channel, on which all calls share one stream in each direction.
 * Answers find their call by the minted id, progress by the minted token.
 */
public final class ChannelSession implements UpstreamSession, MessageChannel.Listener {
  private static final Logger log = LoggerFactory.getLogger(ChannelSession.class);

  /** A call and its deadline, which progress moves. */
  private final class Pending {
    private final MintedCall call;
    private final Deadline deadline;

    Pending(MintedCall call, Duration timeout) {
      this.call = call;
      this.deadline = new Deadline(timers, timeout, questions, () -> expired(timeout));
    }

    private void expired(Duration timeout) {
      if (pending.remove(call.minted()) != null) {
        tellCancelled(call.minted());
        call.sink()
            .failed(
                new CallFailure(
                    CallFailure.Kind.TIMEOUT,
                    FailureReason.TIMEOUT,
                    "the server did not answer within " + timeout.toMillis() + " ms"));
      }
    }
  }

  private final MessageChannel channel;
  private final Timer timers;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final ServerQuestions questions = new ServerQuestions();
  private final CompletableFuture<UpstreamException> closed = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile @Nullable Listener listener;
  private volatile @Nullable ServerInfo server;

  ChannelSession(MessageChannel channel, Timer timers) {
    this.channel = channel;
    this.timers = timers;
  }

  void introduce(ServerInfo info) {
    server = info;
  }

  @Override
  public ServerInfo server() {
    ServerInfo known = server;
    if (known == null) {
      throw new IllegalStateException("the handshake is not over");
    }
    return known;
  }

  @Override
  public Ongoing call(
      RpcMessage request, Map<String, String> paramHeaders, Duration timeout, CallSink sink) {
    MintedCall call = new MintedCall(request, ids.incrementAndGet(), sink);
    Pending entry = new Pending(call, timeout);
    pending.put(call.minted(), entry);
    entry.deadline.start();
    boolean sent = channel.send(call.outgoing());
    if (!sent || ended.get()) {
      fail(
          entry,
          new CallFailure(
              sent ? CallFailure.Kind.LOST : CallFailure.Kind.UNAVAILABLE,
              FailureReason.UNREACHABLE,
              "the server takes no messages now"));
    }
    return () -> cancel(call.minted());
  }

  private void cancel(long minted) {
    Pending entry = pending.remove(minted);
    if (entry != null) {
      entry.deadline.cancel();
      tellCancelled(minted);
    }
  }

  private void tellCancelled(long minted) {
    channel.send(
        RpcReply.notification("notifications/cancelled", "{\"requestId\":" + minted + "}"));
  }

  @Override
  public boolean send(byte[] json) {
    questions.sent(json);
    return channel.send(json);
  }

  @Override
  public CompletableFuture<RpcMessage> request(String method, String params, Duration timeout) {
    return request(OwnRequests.of(server().era(), method, params), timeout);
  }

  CompletableFuture<RpcMessage> request(RpcMessage request, Duration timeout) {
    CompletableFuture<RpcMessage> answer = new CompletableFuture<>();
    Ongoing ongoing = call(request, Map.of(), timeout, OwnRequests.into(answer));
    answer.whenComplete((response, error) -> {
      if (answer.isCancelled()) {
        ongoing.cancel();
      }
    });
    return answer;
  }

  @Override
  public void listen(Listener next) {
    listener = next;
    ServerInfo known = server;
    if (known != null
        && known.era() == Era.MODERN
        && known.capabilities().contains("listChanged")) {
      call(OwnRequests.listen(), Map.of(), Duration.ZERO, new Changes());
    }
  }

  /** A modern server tells of changes only whoever asked for them. */
  private final class Changes implements CallSink {
    @Override
    public void message(RpcMessage message) {
      Listener hearing = listener;
      if (hearing != null) {
        hearing.notification(message);
      }
    }

    @Override
    public void response(RpcMessage response) {}

    @Override
    public void failed(CallFailure failure) {}
  }

  /** Reads one message of the server; what is none is noted and skipped. */
  @Override
  public Taken message(byte[] json) {
    boolean awaited = false;
    try {
      for (RpcMessage message : Batch.messages(json)) {
        switch (message.kind()) {
          case RESPONSE -> awaited |= response(message);
          case NOTIFICATION -> notification(message);
          case REQUEST -> serverRequest(message);
        }
      }
    } catch (MalformedMessageException e) {
      log.debug("A server wrote what is no message: {}", e.getMessage());
      return Taken.GARBAGE;
    } catch (RuntimeException e) {
      log.error("A message of a server could not be taken", e); // The other calls go on.
    }
    return awaited ? Taken.ANSWER : Taken.MESSAGE;
  }

  /** Gives an answer to the call that waits for it; false when none does. */
  private boolean response(RpcMessage message) {
    Span id = message.id();
    Pending entry = id == null ? null : pending.remove(MintedCall.minted(message, id));
    if (entry == null) {
      return false;
    }
    entry.deadline.cancel();
    RpcMessage restored;
    try {
      restored = entry.call.incoming(message);
    } catch (MalformedMessageException e) {
      entry
          .call
          .sink()
          .failed(
              new CallFailure(
                  CallFailure.Kind.LOST,
                  FailureReason.PROTOCOL,
                  "the server answered what can't be passed on"));
      return true;
    }
    entry.call.sink().response(restored);
    return true;
  }

  private void notification(RpcMessage message) throws MalformedMessageException {
    Pending owner = owner(message);
    if (owner != null) {
      owner.deadline.postpone();
      owner.call.sink().message(owner.call.incoming(message));
      return;
    }
    if (message.method().equals("notifications/progress")) {
      return; // Its call is over, and the token is nobody else's.
    }
    questions.heard(message);
    Listener hearing = listener;
    if (hearing != null) {
      hearing.notification(message);
    }
  }

  /** The call that a notification belongs to, if that is certain. */
  private @Nullable Pending owner(RpcMessage message) {
    Span subscription = message.subscriptionId();
    if (subscription != null) {
      return pending.get(MintedCall.minted(message, subscription));
    }
    Span token = message.progressToken();
    if (token != null && message.method().equals("notifications/progress")) {
      return pending.get(MintedCall.minted(message, token));
    }
    return message.method().equals("notifications/message") ? onlyOneThatWantsLog() : null;
  }

  /** A modern stdio server does not say which call a log message belongs to. */
  private @Nullable Pending onlyOneThatWantsLog() {
    List<Pending> wanting =
        pending.values().stream().filter(p -> p.call.request().wantsLog()).limit(2).toList();
    return wanting.size() == 1 ? wanting.getFirst() : null;
  }

  private void serverRequest(RpcMessage message) {
    if (message.method().equals("ping")) {
      channel.send(RpcReply.result(message.idText(), "{}"));
      return;
    }
    Listener hearing = listener;
    questions.asked(message); // Before somebody may answer.
    if (hearing == null || !hearing.request(message)) {
      questions.closed(message);
      channel.send(
          RpcReply.error(
              message.idText(),
              RpcCode.METHOD_NOT_FOUND,
              "the client has not declared what " + message.method() + " needs"));
    }
  }

  @Override
  public void undelivered(byte[] json, CallFailure.Kind kind, UpstreamException why) {
    try {
      RpcMessage message = RpcMessage.parse(json);
      Span id = message.id();
      Pending entry =
          id == null || message.kind() != RpcMessage.Kind.REQUEST
              ? null
              : pending.get(MintedCall.minted(message, id));
      if (entry != null) {
        fail(entry, new CallFailure(kind, why.reason(), why.getMessage()));
      }
    } catch (MalformedMessageException e) {
      log.debug("An undelivered message was none: {}", e.getMessage());
    }
  }

  @Override
  public void closed(UpstreamException why, List<byte[]> unsent) {
    ended.set(true);
    closed.complete(why); // First: whoever makes a lost call again must not find this session.
    unsent.forEach(json -> undelivered(json, CallFailure.Kind.UNAVAILABLE, why));
    for (Pending entry : List.copyOf(pending.values())) {
      fail(entry, new CallFailure(CallFailure.Kind.LOST, why.reason(), why.getMessage()));
    }
  }

  private void fail(Pending entry, CallFailure failure) {
    if (pending.remove(entry.call.minted()) != null) {
      entry.deadline.cancel();
      entry.call.sink().failed(failure);
    }
  }

  @Override
  public CompletableFuture<UpstreamException> closed() {
    return closed;
  }

  @Override
  public void close() {
    channel.close();
  }

  MessageChannel channel() {
    return channel;
  }

  /** The era, once the handshake is over. */
  Era era() {
    return server().era();
  }
}
