package io.bluefly.registry.stream;

import io.bluefly.registry.security.Principal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Somebody who hears events, as the broadcaster's thread knows them. */
final class Subscriber {
  private final Peer peer;
  private final Principal principal;
  private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

  /** What was asked while it catches up, which comes after that. */
  private final Deque<Runnable> waiting = new ArrayDeque<>();

  private @Nullable Outlet outlet;
  private @Nullable CatchUp catchUp;
  private @Nullable Group group;
  private volatile boolean handedOver = true;
  private boolean gone;

  Subscriber(Peer peer, Principal principal) {
    this.peer = peer;
    this.principal = principal;
  }

  /** Who it is; events of what they may not see are not for them. */
  Principal principal() {
    return principal;
  }

  Peer peer() {
    return peer;
  }

  /** The way to its event loop, which it is given before all else. */
  Outlet outlet() {
    if (outlet == null) {
      throw new IllegalStateException("the subscriber has not joined");
    }
    return outlet;
  }

  void outlet(Outlet way) {
    outlet = way;
  }

  Map<String, Subscription> subscriptions() {
    return subscriptions;
  }

  Deque<Runnable> waiting() {
    return waiting;
  }

  @Nullable CatchUp catchUp() {
    return catchUp;
  }

  void catchUp(@Nullable CatchUp way) {
    catchUp = way;
  }

  @Nullable Group group() {
    return group;
  }

  void group(@Nullable Group now) {
    group = now;
  }

  boolean isGone() {
    return gone;
  }

  void leave() {
    gone = true;
    waiting.clear();
    catchUp = null;
  }

  /** The group of those who want the same. */
  Group.Key key() {
    return new Group.Key(
        peer.framing(),
        principal.scope(),
        subscriptions.values().stream().map(Subscription::filter).collect(Collectors.toSet()));
  }

  /** Whether it has taken the last page. */
  boolean isReady() {
    return handedOver && peer.isReady();
  }

  /** Sends messages to it alone. */
  void send(List<Message> messages, String before, int maxBacklog) {
    var bytes = peer.framing().encode(messages);
    handedOver = false;
    outlet()
        .add(
            bytes,
            List.of(peer),
            (to, page) -> {
              to.send(page, before, maxBacklog);
              handedOver = true;
            });
    bytes.release();
  }

  /** A sign of life while it catches up: how far it is, the messages themselves tell. */
  void beat(String before, int maxBacklog) {
    var bytes = peer.framing().silentHeartbeat();
    outlet().add(bytes, List.of(peer), (to, ping) -> to.beat(ping, before, maxBacklog));
    bytes.release();
  }

  /** The number of the event up to which it has been sent everything, while it catches up. */
  long position() {
    return catchUp == null ? 0 : catchUp.at();
  }
}
