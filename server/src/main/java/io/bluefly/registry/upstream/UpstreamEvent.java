package io.bluefly.registry.upstream;

import io.bluefly.registry.events.Event;
import io.bluefly.registry.protocol.RpcMessage;
import java.time.Instant;

/** What happens to a connection's upstream. */
public sealed interface UpstreamEvent extends Event {
  /** A first or further instance answers; the handshake took {@code millis}. */
  record Opened(String connectionId, UpstreamSession session, long millis, Instant timestamp)
      implements UpstreamEvent {}

  /** No instance answers any more, or none could be opened. */
  record Down(String connectionId, FailureReason reason, String message, Instant timestamp)
      implements UpstreamEvent {}

  /** The server says that what it offers has changed. */
  record ListChanged(String connectionId, UpstreamSession session, Instant timestamp)
      implements UpstreamEvent {}

  /** The connection is gone, its calls have ended, and so have its instances. */
  record Closed(String connectionId, Instant timestamp) implements UpstreamEvent {}

  /** The server sent a notification that belongs to no call. */
  record Notified(
      String connectionId, UpstreamSession session, RpcMessage message, Instant timestamp)
      implements UpstreamEvent {}

  /** A connection has other instances than before; those that are gone take no more calls. */
  record InstancesChanged(String connectionId, Instant timestamp) implements UpstreamEvent {}
}
