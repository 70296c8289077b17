package io.bluefly.registry.gateway;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of the data plane. */
public interface GatewaySettings {
  /** How long a server may take for a call, from its start and again from each sign of progress. */
  @WithDefault("5m")
  Duration callTimeout();

  /** How long a call waits for a server that is just starting or coming back. */
  @WithDefault("15s")
  Duration openPatience();

  /** Bytes that a client's message may have. */
  @WithDefault("4194304")
  int maxMessage();

  /** Legacy sessions that may be open at once. */
  @WithDefault("10000")
  int maxSessions();

  /** Instances of a stdio connection that may belong to one client each. */
  @WithDefault("8")
  int maxOwnInstances();

  /** A legacy session that is not used for so long is ended. */
  @WithDefault("30m")
  Duration sessionIdle();
}
