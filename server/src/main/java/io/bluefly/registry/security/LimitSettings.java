package io.bluefly.registry.security;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.OptionalInt;

/** Settings of what one client may take of the registry; no honest client meets the defaults. */
public interface LimitSettings {
  /** Bytes that the head of a request may have. */
  @WithDefault("16384")
  int maxHead();

  /** Bytes that the first line of a request may have. */
  @WithDefault("8192")
  int maxRequestLine();

  /** Headers that a request may have. */
  @WithDefault("100")
  int maxHeaders();

  /** How long the head of a request may take from its first byte, and the first byte of all. */
  @WithDefault("10s")
  Duration headerTimeout();

  /** In this time of a body all has to come, or {@value #SLOWEST_BODY} bytes for each second. */
  @WithDefault("30s")
  Duration bodyTimeout();

  /** A connection on which nothing is asked or answered for so long is closed. */
  @WithDefault("5m")
  Duration idleTimeout();

  /** A client that reads nothing for so long of what waits for it is left. */
  @WithDefault("2m")
  Duration unreadTimeout();

  /** Connections of all clients. */
  @WithDefault("20000")
  int maxConnections();

  /** Connections from one address; unset: {@value #USUAL_PER_ADDRESS}, and any from loopback. */
  OptionalInt connectionsPerAddress();

  /** Frames per second that a client may send on a WebSocket of MCP, whatever is in them. */
  @WithDefault("10000")
  int maxFrameRate();

  /** Requests per second of one key; 0: any. */
  @WithDefault("0")
  int requestsPerKey();

  /** Requests of one key that may come at once; 0: as many as per second. */
  @WithDefault("0")
  int burstPerKey();

  /** Requests per second to one pool; 0: any. */
  @WithDefault("0")
  int requestsPerPool();

  /** Requests to one pool that may come at once; 0: as many as per second. */
  @WithDefault("0")
  int burstPerPool();

  /** Wrong keys per minute from one address; whoever sends the right one is let in all the same. */
  @WithDefault("100")
  int failedLogins();

  /** Bytes per second; what is slower is no body any more. */
  int SLOWEST_BODY = 240;

  /** Connections from one address that is not set to have others. */
  int USUAL_PER_ADDRESS = 4096;
}
