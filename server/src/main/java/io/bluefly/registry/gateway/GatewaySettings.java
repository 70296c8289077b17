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

  /** How long a call waits for a place at servers that have as many calls as they take. */
  @WithDefault("30s")
  Duration queueTimeout();

  /** Calls that may wait in one pool. */
  @WithDefault("1000")
  int maxQueue();

  /** Bytes that a client's message may have. */
  @WithDefault("4194304")
  int maxMessage();

  /** Bytes that a server's answer may have where it has to be looked into, at a pool's address. */
  @WithDefault("16777216")
  int maxAnswer();

  /** Legacy sessions that may be open at once. */
  @WithDefault("20000")
  int maxSessions();

  /** Legacy sessions and SSE streams that one key may have open at once; 0: any. */
  @WithDefault("0")
  int maxSessionsPerKey();

  /** Instances of a stdio connection that may belong to one client each. */
  @WithDefault("8")
  int maxOwnInstances();

  /** Sessions with a server that is reached by a network that may belong to one client each. */
  @WithDefault("1000")
  int maxOwnSessions();

  /** A session that was opened for a modern call is kept so long for the next one. */
  @WithDefault("5m")
  Duration callSessionIdle();

  /** How long a call waits for a client to answer what the server has asked in the middle. */
  @WithDefault("10m")
  Duration inputPatience();

  /** A legacy session that is not used for so long is ended. */
  @WithDefault("30m")
  Duration sessionIdle();
}
