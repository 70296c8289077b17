package io.bluefly.registry.upstream;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Settings of how servers are reached. */
public interface UpstreamSettings {
  /** How long a server may take from its start to the end of the handshake. */
  @WithDefault("60s")
  Duration handshakeTimeout();

  /** How long a stdio server may leave the modern greeting unanswered before the legacy one. */
  @WithDefault("5s")
  Duration probeTimeout();

  /** How long calls in flight may take to end when a connection is disconnected. */
  @WithDefault("30s")
  Duration drainTimeout();

  /** How long a child process may take to end before it is asked again, and then killed. */
  @WithDefault("2s")
  Duration stopTimeout();

  /** The first pause before an upstream is opened again; each further one is twice as long. */
  @WithDefault("500ms")
  Duration restartDelay();

  /** The longest pause before an upstream is opened again. */
  @WithDefault("60s")
  Duration maxRestartDelay();

  /** Bytes that one message of a server may have. */
  @WithDefault("16777216")
  int maxUpstreamMessage();
}
