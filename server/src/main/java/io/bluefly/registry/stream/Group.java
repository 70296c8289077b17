package io.bluefly.registry.stream;

import io.bluefly.registry.events.EventFilter;
import io.bluefly.registry.events.LoggedEvent;
import io.bluefly.registry.events.PublicEvent;
import io.bluefly.registry.security.Scope;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Subscribers who get the same events in the same form: what they get is written once. */
final class Group {
  /** What they have in common. */
  record Key(Framing framing, Scope scope, Set<EventFilter> filters) {}

  private final Key key;
  private final Map<Outlet, List<Peer>> members = new HashMap<>();

  Group(Key key) {
    this.key = key;
  }

  Key key() {
    return key;
  }

  /** Lists are handed to event loops, and hence never changed. */
  void add(Outlet outlet, Peer peer) {
    List<Peer> more = new ArrayList<>(members.getOrDefault(outlet, List.of()));
    more.add(peer);
    members.put(outlet, more);
  }

  void remove(Outlet outlet, Peer peer) {
    List<Peer> fewer = new ArrayList<>(members.getOrDefault(outlet, List.of()));
    fewer.remove(peer);
    if (fewer.isEmpty()) {
      members.remove(outlet);
    } else {
      members.put(outlet, fewer);
    }
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  private boolean wants(PublicEvent event) {
    if (!key.scope.covers(event.connectionId(), event.pool())) {
      return false;
    }
    for (EventFilter filter : key.filters) {
      if (filter.matches(event)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Adds those of {@code events} that are wanted here to what the outlets hand over.
   *
   * @param more what everybody gets behind them
   * @param before the id of the last event before these
   * @param maxBacklog bytes that may wait for each
   */
  void deliver(List<LoggedEvent> events, List<Message> more, String before, int maxBacklog) {
    List<Message> messages = new ArrayList<>();
    for (LoggedEvent event : events) {
      if (wants(event.event())) {
        messages.add(Messages.event(event));
      }
    }
    if (!key.filters.isEmpty()) {
      messages.addAll(more);
    }
    if (!messages.isEmpty()) {
      handOut(key.framing.encode(messages), (peer, bytes) -> peer.send(bytes, before, maxBacklog));
    }
  }

  void beat(Message heartbeat, String before, int maxBacklog) {
    handOut(
        key.framing.heartbeat(heartbeat), (peer, bytes) -> peer.beat(bytes, before, maxBacklog));
  }

  private void handOut(ByteBuf bytes, Outlet.Hand hand) {
    members.forEach((outlet, peers) -> outlet.add(bytes, peers, hand));
    bytes.release();
  }
}
