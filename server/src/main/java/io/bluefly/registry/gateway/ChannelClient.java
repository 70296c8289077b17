package io.bluefly.registry.gateway;

import io.bluefly.registry.protocol.Batch;
import io.bluefly.registry.protocol.Era;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcCode;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.protocol.RpcReply;
import io.bluefly.registry.protocol.Span;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A client that speaks with the registry on one channel, by the rules of stdio. The channel is the
 * legacy session, once that has begun. Lives on one event loop.
 */
final class ChannelClient {
  private static final AtomicLong CHANNELS = new AtomicLong();

  private final Address address;
  private final Peer peer;
  private final ClientChannel channel;
  private final ModernRequests modern;
  private final LegacyRequests legacy;
  private volatile @Nullable LegacySession session;
  private volatile boolean left;

  /** The answer to the last {@code initialize}: while it is open, no other is taken. */
  private @Nullable ClientReply greeting;

  /**
   * A client that has opened a channel.
   *
   * @param opening the request that opened it
   */
  ChannelClient(
      RequestHead opening,
      Address address,
      ClientStream stream,
      ModernRequests modern,
      LegacyRequests legacy) {
    this.address = address;
    this.peer = new Peer(opening, "channel-" + CHANNELS.incrementAndGet());
    this.channel = new ClientChannel(stream);
    this.modern = modern;
    this.legacy = legacy;
  }

  /** Takes what the client has sent. */
  void take(byte[] json) {
    if (left) {
      return;
    }
    if (!peer.principal().isCurrent(Instant.now())) {
      tell("null", RpcCode.INVALID_REQUEST, "the key of this channel is not good any more");
      channel.stream().endStream();
      return;
    }
    LegacySession known = session;
    boolean batches = known != null && known.version().equals(Batch.VERSION);
    try {
      (batches ? Batch.messages(json) : List.of(RpcMessage.parse(json))).forEach(this::take);
    } catch (MalformedMessageException e) {
      tell("null", e.code(), String.valueOf(e.getMessage()));
    }
  }

  void take(RpcMessage message) {
    if (left) {
      return;
    }
    Span cancelled = message.requestId();
    if (message.method().equals("notifications/cancelled") && cancelled != null) {
      channel.cancel(cancelled.text(message.json()));
    }
    ClientReply reply = channel.reply(message);
    if (reply == null) {
      tell(
          message.idText(),
          RpcCode.INVALID_REQUEST,
          "a request with this id is open, or more than " + ClientChannel.MAX_OPEN + " are");
    } else {
      take(new ClientRequest(address, message, reply, null, peer));
    }
  }

  private void take(ClientRequest client) {
    LegacySession known = session;
    if (client.message().era() == Era.MODERN) {
      modern.take(client);
    } else if (known != null) {
      legacy.take(known, client);
    } else if (client.message().method().equals("initialize")) {
      initialize(client);
    } else if (client.message().kind() == RpcMessage.Kind.REQUEST) {
      client.refuse(
          400,
          RpcCode.INVALID_REQUEST,
          "send initialize first, or the _meta of " + Era.MODERN_VERSION);
    }
  }

  private void initialize(ClientRequest client) {
    ClientReply open = greeting;
    if (open != null && !open.isOver()) {
      client.refuse(
          400, RpcCode.INVALID_REQUEST, "initialize was sent before and is still being answered");
      return;
    }
    greeting = client.reply();
    legacy.initialize(client, this::begun);
  }

  /** May come on another thread than {@link #gone}: one of the two sees the other. */
  private void begun(LegacySession fresh) {
    session = fresh;
    if (left) {
      legacy.end(fresh);
    } else if (!fresh.attach(channel.stream())) {
      channel.stream().endStream();
    }
  }

  private void tell(String idText, int code, String message) {
    channel.stream().event(RpcReply.error(idText, code, message));
  }

  /** The client has left. */
  void gone() {
    left = true;
    LegacySession open = session;
    if (open != null) {
      legacy.end(open);
    }
    channel.clientGone();
  }
}
