package io.bluefly.registry.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one event loop: what there is for the peers that live on it is handed over together,
 * as one task. An event loop that falls behind makes whoever hands over wait, not its queue grow.
 */
final class Outlet {
  private static final Logger log = LoggerFactory.getLogger(Outlet.class);

  /** Tasks that an event loop has not done yet. */
  private static final int AHEAD = 2;

  private static final long PATIENCE_SECONDS = 10;

  /** How bytes are handed to a peer, on its event loop. */
  @FunctionalInterface
  interface Hand {
    void give(Peer peer, ByteBuf bytes);
  }

  private record Delivery(ByteBuf bytes, List<Peer> to, Hand hand) {
    void make() {
      try {
        to.forEach(peer -> hand.give(peer, bytes));
      } finally {
        bytes.release();
      }
    }
  }

  private final EventLoop loop;
  private final Semaphore room = new Semaphore(AHEAD);
  private List<Delivery> next = new ArrayList<>();

  Outlet(EventLoop loop) {
    this.loop = loop;
  }

  /** Adds what there is for some of its peers; {@code bytes} stay the caller's, too. */
  void add(ByteBuf bytes, List<Peer> to, Hand hand) {
    next.add(new Delivery(bytes.retain(), to, hand));
  }

  /** Hands over what was added. */
  void flush() throws InterruptedException {
    if (next.isEmpty()) {
      return;
    }
    List<Delivery> deliveries = next;
    next = new ArrayList<>();
    boolean handedOver = false;
    try {
      handedOver = room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS) && execute(deliveries);
    } finally {
      if (!handedOver) {
        log.warn("An event loop takes no events any more; its subscribers are disconnected");
        deliveries.forEach(delivery -> delivery.to.forEach(peer -> peer.channel().close()));
        deliveries.forEach(delivery -> delivery.bytes.release());
      }
    }
  }

  private boolean execute(List<Delivery> deliveries) {
    try {
      loop.execute(() -> {
        try {
          deliveries.forEach(Delivery::make);
        } finally {
          room.release();
        }
      });
      return true;
    } catch (RejectedExecutionException e) {
      return false; // The registry is being stopped.
    }
  }
}
