package io.bluefly.registry.events;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the stream of public events. */
public interface EventSettings {
  /** Events of each type that are kept for who comes back, 1 and up. */
  @WithDefault("5000")
  int replay();

  /** WebSockets and event streams open at once, 1 and up. */
  @WithDefault("2000")
  int maxSubscribers();

  /** Subscriptions of one WebSocket, 1 and up. */
  @WithDefault("16")
  int maxSubscriptions();

  /** How long events are collected before they are sent together, 1 ms and up. */
  @WithDefault("20ms")
  Duration collect();

  /** Bytes that may wait for a subscriber, 64 KiB and up; one that does not read is dropped. */
  @WithDefault("1048576")
  int maxBacklog();

  /** How often subscribers are told that the registry is there, 1 s and up. */
  @WithDefault("15s")
  Duration heartbeat();

  /** A WebSocket from which nothing is heard for so long is closed; 2 heartbeats and up. */
  @WithDefault("45s")
  Duration peerTimeout();

  /** Frames that a WebSocket's client may send per second, in the long run, 1 and up. */
  @WithDefault("20")
  int maxFrameRate();
}
