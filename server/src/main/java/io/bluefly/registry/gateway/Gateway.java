package io.bluefly.registry.gateway;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.upstream.Upstreams;

/** What the endpoints of all event loops share. */
public final class Gateway implements AutoCloseable {
  private final Connections connections;
  private final Upstreams upstreams;
  private final Catalogue catalogue;
  private final CallMetrics metrics;
  private final GatewaySettings settings;
  private final LegacySessions sessions;

  /** Puts the data plane together. */
  public Gateway(
      Connections connections,
      Upstreams upstreams,
      Catalogue catalogue,
      CallMetrics metrics,
      GatewaySettings settings,
      EventBus bus) {
    this.connections = connections;
    this.upstreams = upstreams;
    this.catalogue = catalogue;
    this.metrics = metrics;
    this.settings = settings;
    this.sessions = new LegacySessions(settings, bus);
  }

  Connections connections() {
    return connections;
  }

  Upstreams upstreams() {
    return upstreams;
  }

  Catalogue catalogue() {
    return catalogue;
  }

  CallMetrics metrics() {
    return metrics;
  }

  GatewaySettings settings() {
    return settings;
  }

  LegacySessions sessions() {
    return sessions;
  }

  /** Ends the sessions that nobody has used for long; called again and again. */
  public void tick() {
    sessions.endIdle();
  }

  /** Ends all sessions. */
  @Override
  public void close() {
    sessions.close();
  }
}
