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

  /** Within this time an instance that crashes again and again is in a crash loop. */
  @WithDefault("5m")
  Duration crashLoopWindow();

  /** How long a stdio instance stays without calls before it ends until the next; 0s: for ever. */
  @WithDefault("0s")
  Duration idleTimeout();

  /** How old a stdio instance gets before another takes its place; 0s: no limit. */
  @WithDefault("0s")
  Duration maxLifetime();

  /** Child processes that may run at once, those of one client each included. */
  @WithDefault("512")
  int maxProcesses();

  /** Bytes that one message of a server may have. */
  @WithDefault("16777216")
  int maxUpstreamMessage();
}
