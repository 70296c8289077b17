package io.bluefly.registry.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The connection to one subscriber: what is sent to it goes past all that would look at it. Lives
 * on the connection's event loop, but for {@link #isReady}.
 */
final class Peer {
  /** How long a slow client has to take what it is told last. */
  static final Duration FAREWELL = Duration.ofSeconds(5);

  /** With so many bytes waiting a client does not read, and gets no further answers. */
  private static final int MOST_TO_TELL = 1 << 20;

  private final Framing framing;
  private final ChannelHandlerContext out;
  private final InstantSource clock;
  private final InstantSource steady;
  private final Duration timeout;
  private final Consumer<Peer> onSlow;
  private Instant lastHeard;
  private boolean leaving;
  private long sent;
  private long taken;

  /**
   * A connection that is open.
   *
   * @param out the encoder's context, behind which bytes are what the client gets
   * @param clock the wall clock
   * @param steady a clock that does not step
   * @param timeout how long a WebSocket may be silent, whose client has to answer pings; and how
   *     long an event stream may take nothing
   * @param onSlow is told when the client is dropped because it is too slow
   */
  Peer(
      Framing framing,
      ChannelHandlerContext out,
      InstantSource clock,
      InstantSource steady,
      Duration timeout,
      Consumer<Peer> onSlow) {
    this.framing = framing;
    this.out = out;
    this.clock = clock;
    this.steady = steady;
    this.timeout = timeout;
    this.onSlow = onSlow;
    this.lastHeard = steady.instant();
  }

  Framing framing() {
    return framing;
  }

  Channel channel() {
    return out.channel();
  }

  /** Whether it has taken most of what it was sent; asked by any thread. */
  boolean isReady() {
    return channel().isWritable();
  }

  /**
   * Sends bytes that others get, too.
   *
   * @param before the id of the last event that it was sent before
   * @param maxBacklog bytes that may wait to be taken; with more it is dropped
   */
  void send(ByteBuf shared, String before, int maxBacklog) {
    if (leaving || !channel().isActive()) {
      return;
    }
    if (backlog() > maxBacklog) {
      drop(before, maxBacklog);
    } else {
      sent++;
      out.writeAndFlush(shared.retainedDuplicate());
    }
  }

  private long backlog() {
    ChannelOutboundBuffer waiting = channel().unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  private void drop(String lastId, int maxBacklog) {
    leaving = true;
    onSlow.accept(this);
    Message last = Messages.slowConsumer(lastId, maxBacklog, clock.instant());
    out.writeAndFlush(framing.farewell(last)).addListener(_ -> out.close());
    channel().eventLoop().schedule(() -> out.close(), FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Sends one message to this client alone, unless it does not read. */
  void tell(Message message) {
    ByteBuf bytes = framing.encode(List.of(message));
    if (leaving || backlog() > MOST_TO_TELL) {
      bytes.release();
    } else {
      sent++;
      out.writeAndFlush(bytes);
    }
  }

  /** The client is there: something has come from it. */
  void heard() {
    lastHeard = steady.instant();
  }

  /** Nothing more is sent: one side has said that it closes. */
  void leave() {
    leaving = true;
  }

  boolean isLeaving() {
    return leaving;
  }

  /** Sends a sign of life, or closes the connection if there has long been none from the client. */
  void beat(ByteBuf shared, String before, int maxBacklog) {
    if (framing == Framing.SERVER_SENT && takesSomething()) {
      heard(); // It can't say anything, only read.
    }
    if (Duration.between(lastHeard, steady.instant()).compareTo(timeout) > 0) {
      leaving = true;
      out.close(); // At once: nobody is there to be told.
    } else {
      send(shared, before, maxBacklog);
    }
  }

  private boolean takesSomething() {
    long before = taken;
    ChannelOutboundBuffer waiting = channel().unsafe().outboundBuffer();
    taken = sent - (waiting == null ? 0 : waiting.size());
    return taken != before;
  }
}
