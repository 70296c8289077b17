package io.bluefly.registry.gateway;

import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.balancing.Balancer;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.telemetry.Telemetry;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** What the endpoints of all event loops share. */
public final class Gateway implements AutoCloseable {
  private final Connections connections;
  private final Upstreams upstreams;
  private final Catalogue catalogue;
  private final CallMetrics metrics;
  private final EventInbox events;
  private final Balancer balancer;
  private final GatewaySettings settings;
  private final PoolGreeting greeting;
  private final PoolSeals seals;
  private final PoolRouter pools;
  private final Subscriptions subscriptions;
  private final LogLevels levels;
  private final ModernListeners listeners;
  private final OwnSessions own;
  private final CallSessions lines;
  private final HeldCalls held;
  private final LegacySessions sessions;
  private final SseChannels sseChannels;
  private final SessionShares shares;
  private final CallAudit audit;
  private final Tracing tracing;
  private final Permitted permitted;

  /**
   * Puts the data plane together.
   *
   * @param events where the ends of calls are told
   * @param audit where calls are written down, if they are
   * @param telemetry what a collector is told; null for nothing
   */
  public Gateway(
      Connections connections,
      Upstreams upstreams,
      Catalogue catalogue,
      PoolCatalogue offers,
      Balancer balancer,
      CallMetrics metrics,
      EventInbox events,
      Sealer sealer,
      AuditLog audit,
      GatewaySettings settings,
      EventBus bus,
      @Nullable Telemetry telemetry) {
    this.audit = new CallAudit(audit);
    this.tracing = new Tracing(telemetry);
    this.permitted = new Permitted(connections, catalogue, bus);
    this.connections = connections;
    this.upstreams = upstreams;
    this.catalogue = catalogue;
    this.metrics = metrics;
    this.events = events;
    this.balancer = balancer;
    this.settings = settings;
    this.greeting = new PoolGreeting(connections, offers, upstreams);
    this.seals = new PoolSeals(sealer);
    this.pools =
        new PoolRouter(connections, offers, new PoolLists(offers, sealer), greeting, seals);
    Audience audience = new Audience(connections, offers, catalogue, bus);
    this.subscriptions = new Subscriptions(audience, connections, bus);
    this.levels = new LogLevels(audience, connections, bus);
    this.listeners = new ModernListeners(pools, upstreams, catalogue, audience, subscriptions, bus);
    this.own = new OwnSessions(upstreams, settings);
    this.lines = new CallSessions(own, settings.callSessionIdle());
    this.held = new HeldCalls(sealer, settings.inputPatience(), InstantSource.system());
    this.shares = new SessionShares(settings.maxSessionsPerKey());
    this.sessions = new LegacySessions(settings, sealer, audience, subscriptions, shares);
    this.sseChannels = new SseChannels(sealer, settings.maxSessions());
    bus.subscribe(UpstreamEvent.Closed.class, e -> closed(e.connectionId()));
  }

  private void closed(String connectionId) {
    sessions.endAll(connectionId);
    own.forget(connectionId);
  }

  CallAudit audit() {
    return audit;
  }

  Tracing tracing() {
    return tracing;
  }

  Permitted permitted() {
    return permitted;
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

  EventInbox events() {
    return events;
  }

  Balancer balancer() {
    return balancer;
  }

  GatewaySettings settings() {
    return settings;
  }

  PoolGreeting greeting() {
    return greeting;
  }

  PoolSeals seals() {
    return seals;
  }

  PoolRouter pools() {
    return pools;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  LogLevels levels() {
    return levels;
  }

  ModernListeners listeners() {
    return listeners;
  }

  OwnSessions own() {
    return own;
  }

  CallSessions lines() {
    return lines;
  }

  HeldCalls held() {
    return held;
  }

  LegacySessions sessions() {
    return sessions;
  }

  SessionShares shares() {
    return shares;
  }

  SseChannels sseChannels() {
    return sseChannels;
  }

  /** Ends what nobody has used or come back for; called again and again. */
  public void tick() {
    sessions.endIdle();
    listeners.endRevoked(Instant.now());
    lines.endIdle();
    held.endAbandoned();
  }

  /** Ends all sessions and streams. */
  @Override
  public void close() {
    listeners.close();
    sessions.close();
  }
}
