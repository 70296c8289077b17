package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.EventId;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.events.EventSettings;
import io.bluefly.registry.security.Principal;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocket08FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stream of public events: who hears it, and the thread that brings it to them. */
public final class EventStreams implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventStreams.class);
  private static final Duration END = Duration.ofSeconds(2);

  /** The name of the handler of Vert.x that heeds frames. */
  private static final String VERTX = "handler";

  private final EventInbox inbox;
  private final EventSettings settings;
  private final InstantSource clock;
  private final InstantSource steady;
  private final Broadcaster broadcaster;
  private final AtomicInteger open = new AtomicInteger();
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Brings what is handed in at {@code inbox} to subscribers, from now on.
   *
   * @param clock the wall clock; its time now begins the ids of events
   * @throws io.bluefly.registry.config.ConfigException when a setting is out of range
   */
  public EventStreams(EventInbox inbox, EventSettings settings, InstantSource clock) {
    SettingsCheck.check(settings);
    this.inbox = inbox;
    this.settings = settings;
    this.clock = clock;
    this.steady = new SteadyClock(clock, System::nanoTime);
    this.broadcaster = new Broadcaster(inbox, settings, clock, steady);
    this.thread = Thread.ofPlatform().daemon().name("registry-events").start(this::run);
  }

  private void run() {
    long collect = settings.collect().toNanos();
    boolean failing = false;
    while (!closed) {
      try {
        inbox.await(broadcaster.nanosToHeartbeat(), broadcaster::isBusy);
        LockSupport.parkNanos(collect);
        broadcaster.turn();
        failing = false;
      } catch (InterruptedException e) {
        return;
      } catch (Throwable e) { // Without this thread nobody hears anything any more.
        if (!failing) {
          log.error("Events could not be handed on", e);
        }
        failing = true;
        broadcaster.failed();
      }
    }
  }

  /** Why a parameter of {@link #wish} is wrong. */
  public static final class InvalidFilterException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String field;
    private final transient List<String> allowed;

    InvalidFilterException(StreamError error) {
      super(error.message(), null, false, false);
      this.field = error.field() == null ? "" : error.field();
      this.allowed = error.allowed();
    }

    /** Which one, such as {@code events/0}. */
    public String field() {
      return field;
    }

    /** What may stand there; empty when that can't be said in short. */
    public List<String> allowed() {
      return allowed;
    }
  }

  /**
   * What a client wants to hear.
   *
   * @param after the id after which it begins; null: now
   */
  public record Wish(EventFilter filter, @Nullable EventId after) {}

  /**
   * Reads what a client wants; empty lists do not restrict.
   *
   * @throws InvalidFilterException when a word is not known
   */
  public static Wish wish(
      List<String> events,
      List<String> connections,
      List<String> pools,
      List<String> statuses,
      @Nullable String after) {
    try {
      return new Wish(
          FilterFields.filter(events, connections, pools, statuses),
          after == null ? null : FilterFields.after(after));
    } catch (StreamError.Refused e) {
      throw new InvalidFilterException(e.error());
    }
  }

  /** Takes a place for a subscriber; whether there was one. Each is given back by itself. */
  private boolean enter() {
    if (open.incrementAndGet() > settings.maxSubscribers()) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  /**
   * Opens the WebSocket that {@code request} of {@code principal} asks for, on its event loop.
   *
   * @return false, and nothing is done, when there are too many subscribers
   */
  public boolean openWebSocket(HttpServerRequest request, Principal principal) {
    if (!enter()) {
      return false;
    }
    Channel channel = channel(request);
    Runnable leave = leaveWith(channel);
    request
        .toWebSocket()
        .onSuccess(socket -> opened(socket, principal, channel))
        .onFailure(_ -> leave.run());
    return true;
  }

  /** Gives the place back once: with the connection, whatever comes of it, or before. */
  private Runnable leaveWith(Channel channel) {
    AtomicBoolean left = new AtomicBoolean();
    Runnable leave =
        () -> {
          if (left.compareAndSet(false, true)) {
            open.decrementAndGet();
          }
        };
    channel.closeFuture().addListener(_ -> leave.run());
    return leave;
  }

  private static Channel channel(HttpServerRequest request) {
    return ((HttpServerConnection) request.connection()).channelHandlerContext().channel();
  }

  private void opened(ServerWebSocket socket, Principal principal, Channel channel) {
    // All versions since 07 have these frames.
    ChannelHandlerContext encoder = channel.pipeline().context(WebSocket08FrameEncoder.class);
    if (encoder == null) {
      socket.close();
      return;
    }
    Peer peer = peer(Framing.WEB_SOCKET, encoder);
    channel.pipeline().addBefore(VERTX, null, new PingFilter(peer));
    Subscriber subscriber = join(peer, principal);
    StreamSocket stream =
        new StreamSocket(socket, peer, broadcaster, subscriber, settings, clock, steady);
    socket.exceptionHandler(error -> {
      peer.leave();
      refuse(socket, error);
    });
    socket.frameHandler(stream::take);
  }

  /** Says which rule of RFC 6455 was broken, if that is what it is. */
  private static void refuse(ServerWebSocket socket, Throwable error) {
    if (error instanceof CorruptedWebSocketFrameException corrupted) {
      WebSocketCloseStatus status = corrupted.closeStatus();
      socket.close((short) status.code(), status.reasonText());
    } else {
      socket.close();
    }
  }

  private Peer peer(Framing framing, ChannelHandlerContext encoder) {
    return new Peer(framing, encoder, clock, steady, settings.peerTimeout(), EventStreams::slow);
  }

  private static void slow(Peer peer) {
    log.warn(
        "A subscriber of events at {} reads too slowly; it is disconnected",
        peer.channel().remoteAddress());
  }

  private Subscriber join(Peer peer, Principal principal) {
    Subscriber subscriber = new Subscriber(peer, principal);
    broadcaster.execute(() -> broadcaster.join(subscriber));
    peer.channel()
        .closeFuture()
        .addListener(_ -> broadcaster.execute(() -> broadcaster.leave(subscriber)));
    return subscriber;
  }

  /**
   * Answers {@code request} of {@code principal} with Server-Sent Events until one side leaves; on
   * its event loop.
   *
   * @return false, and nothing is done, when there are too many subscribers
   */
  public boolean openEvents(HttpServerRequest request, Principal principal, Wish wish) {
    if (!enter()) {
      return false;
    }
    Channel channel = channel(request);
    Runnable leave = leaveWith(channel);
    request
        .response()
        .setChunked(true)
        .putHeader("content-type", "text/event-stream")
        .putHeader("cache-control", "no-store")
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("x-accel-buffering", "no")
        .writeHead()
        .onSuccess(_ -> begin(channel, principal, wish))
        .onFailure(_ -> leave.run());
    return true;
  }

  private void begin(Channel channel, Principal principal, Wish wish) {
    ChannelHandlerContext encoder = channel.pipeline().context(HttpResponseEncoder.class);
    if (encoder == null) {
      channel.close();
      return;
    }
    Peer peer = peer(Framing.SERVER_SENT, encoder);
    SubscribeRequest request = new SubscribeRequest("1", wish.filter(), wish.after(), null);
    Subscriber subscriber = join(peer, principal);
    broadcaster.execute(
        () -> broadcaster.inTurn(subscriber, () -> broadcaster.subscribe(subscriber, request)));
  }

  /** Brings nothing more to anybody. */
  @Override
  public void close() {
    closed = true;
    inbox.wake();
    LockSupport.unpark(thread);
    try {
      thread.join(END);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
