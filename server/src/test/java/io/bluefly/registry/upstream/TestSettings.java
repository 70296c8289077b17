package io.bluefly.registry.upstream;

import java.time.Duration;

/** Settings with short waits. */
public record TestSettings(Duration handshakeTimeout, int maxUpstreamMessage, Duration stopTimeout)
    implements UpstreamSettings {
  /** A server has a second to end. */
  public TestSettings(Duration handshakeTimeout, int maxUpstreamMessage) {
    this(handshakeTimeout, maxUpstreamMessage, Duration.ofSeconds(1));
  }

  @Override
  public Duration probeTimeout() {
    return Duration.ofMillis(500);
  }

  @Override
  public Duration drainTimeout() {
    return Duration.ofSeconds(1);
  }

  @Override
  public Duration restartDelay() {
    return Duration.ofMillis(100);
  }

  @Override
  public Duration maxRestartDelay() {
    return Duration.ofSeconds(1);
  }

  @Override
  public Duration crashLoopWindow() {
    return Duration.ofMinutes(5);
  }

  @Override
  public Duration idleTimeout() {
    return Duration.ZERO;
  }

  @Override
  public Duration maxLifetime() {
    return Duration.ZERO;
  }

  @Override
  public int maxProcesses() {
    return 16;
  }
}
