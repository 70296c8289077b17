package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventSettings;
import io.bluefly.registry.security.FrameAllowance;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A client's WebSocket: what it says, and what the registry answers. Lives on one event loop. */
final class StreamSocket {
  /** Bytes that a message may have. */
  static final int MAX_MESSAGE = 64 * 1024;

  /** Messages that may wait to be heeded. */
  private static final int MAX_WAITING = 64;

  private static final short FLOOD = 1008;

  private final ServerWebSocket socket;
  private final Peer peer;
  private final Broadcaster broadcaster;
  private final Subscriber subscriber;
  private final EventSettings settings;
  private final InstantSource clock;
  private final FrameAllowance allowance;
  private final AtomicInteger waiting = new AtomicInteger();
  private final Set<String> names = new LinkedHashSet<>();
  private Buffer message = Buffer.buffer();
  private boolean tooLong;
  private boolean binary;
  private int subscriptions;

  StreamSocket(
      ServerWebSocket socket,
      Peer peer,
      Broadcaster broadcaster,
      Subscriber subscriber,
      EventSettings settings,
      InstantSource clock,
      InstantSource steady) {
    this.socket = socket;
    this.peer = peer;
    this.broadcaster = broadcaster;
    this.subscriber = subscriber;
    this.settings = settings;
    this.clock = clock;
    this.allowance = new FrameAllowance(steady, settings.maxFrameRate());
  }

  /** Something has come, of which {@code payload} is the text or a part of it. */
  void take(WebSocketFrame frame) {
    peer.heard();
    if (frame.isClose()) {
      peer.leave();
    }
    if (peer.isLeaving() || socket.isClosed()) {
      return;
    }
    if (!allowance.take()) {
      refuse(
          new StreamError(
              "too-many-messages",
              "a client may send "
                  + settings.maxFrameRate()
                  + " frames per second; the registry closes this WebSocket"));
      peer.leave();
      socket.close(FLOOD, "too many messages");
    } else if (frame.isText() || frame.isBinary() || frame.isContinuation()) {
      collect(frame);
    }
  }

  private void collect(WebSocketFrame frame) {
    if (!frame.isContinuation()) {
      message = Buffer.buffer();
      tooLong = false;
      binary = frame.isBinary();
    }
    Buffer part = frame.binaryData();
    tooLong |= message.length() + part.length() > MAX_MESSAGE;
    if (!tooLong && !binary) {
      message.appendBuffer(part);
    }
    if (frame.isFinal()) {
      complete();
    }
  }

  private void complete() {
    byte[] json = message.getBytes();
    message = Buffer.buffer();
    if (binary) {
      refuse(new StreamError("not-text", "messages are JSON in text frames, not binary ones"));
    } else if (tooLong) {
      refuse(
          new StreamError(
              "too-long",
              "a message may have "
                  + MAX_MESSAGE
                  + " bytes; subscribe several times, each to a part"));
    } else if (waiting.get() >= MAX_WAITING) {
      refuse(
          new StreamError(
              "too-many-messages", "wait for the answers to the messages before, then try again"));
    } else {
      heed(json);
    }
  }

  private void heed(byte[] json) {
    try {
      switch (ClientMessage.read(json)) {
        case ClientMessage.Subscribe subscribe -> subscribe(subscribe);
        case ClientMessage.Unsubscribe unsubscribe -> unsubscribe(unsubscribe);
      }
    } catch (StreamError.Refused e) {
      refuse(e.error());
    }
  }

  private void refuse(StreamError error) {
    peer.tell(Messages.error(error, clock.instant()));
  }

  private void subscribe(ClientMessage.Subscribe wish) {
    if (names.size() >= settings.maxSubscriptions()) {
      refuse(
          new StreamError(
                  "too-many-subscriptions",
                  "a WebSocket may have "
                      + settings.maxSubscriptions()
                      + " subscriptions; unsubscribe from one, or put several into one")
              .of(wish.requestId()));
      return;
    }
    String name = Integer.toString(++subscriptions);
    names.add(name);
    SubscribeRequest request =
        new SubscribeRequest(name, wish.filter(), wish.after(), wish.requestId());
    inTurn(() -> broadcaster.subscribe(subscriber, request));
  }

  private void unsubscribe(ClientMessage.Unsubscribe wish) {
    String name = wish.subscription();
    if (name != null && !names.contains(name)) {
      refuse(
          new StreamError(
                  "unknown-subscription",
                  "there is no subscription '" + FilterFields.cut(name) + "' on this WebSocket",
                  "subscription",
                  names)
              .of(wish.requestId()));
      return;
    }
    List<String> ended = name == null ? new ArrayList<>(names) : List.of(name);
    ended.forEach(names::remove);
    inTurn(() -> broadcaster.unsubscribe(subscriber, ended, wish.requestId()));
  }

  private void inTurn(Runnable task) {
    waiting.incrementAndGet();
    broadcaster.execute(() ->
        broadcaster.inTurn(
            subscriber,
            () -> {
              waiting.decrementAndGet();
              task.run();
            }));
  }
}
