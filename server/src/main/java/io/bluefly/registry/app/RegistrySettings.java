package io.bluefly.registry.app;

import io.bluefly.registry.audit.AuditSettings;
import io.bluefly.registry.capabilities.DefinitionSettings;
import io.bluefly.registry.connections.ConnectionSettings;
import io.bluefly.registry.drupal.DrupalSettings;
import io.bluefly.registry.events.EventSettings;
import io.bluefly.registry.gateway.GatewaySettings;
import io.bluefly.registry.health.HealthSettings;
import io.bluefly.registry.metrics.MetricsSettings;
import io.bluefly.registry.persistence.DatabaseSettings;
import io.bluefly.registry.security.CommandSettings;
import io.bluefly.registry.security.EgressSettings;
import io.bluefly.registry.security.LimitSettings;
import io.bluefly.registry.security.OidcSettings;
import io.bluefly.registry.security.SandboxSettings;
import io.bluefly.registry.security.SecuritySettings;
import io.bluefly.registry.security.TlsSettings;
import io.bluefly.registry.telemetry.TelemetrySettings;
import io.bluefly.registry.upstream.UpstreamSettings;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithParentName;
import java.nio.file.Path;
import java.util.Optional;

/** All settings: the service's own, and those of each feature. registry.yaml describes them. */
@ConfigMapping(prefix = "mcp-registry")
public interface RegistrySettings {
  /** The address to listen on. */
  @WithDefault("127.0.0.1")
  String host();

  /** The port to listen on; 0 takes any free one. */
  @WithDefault("3000")
  int port();

  /** Where the database and the key are. */
  @WithDefault("./data")
  Path dataDir();

  /** The address under which clients know the registry; by default that of host and port. */
  Optional<String> publicUrl();

  /** Who may speak to the registry. */
  @WithParentName
  SecuritySettings security();

  /** What is written down of who does what. */
  AuditSettings audit();

  /** Where it may connect to. */
  EgressSettings egress();

  /** Which commands connections may start. */
  CommandSettings commands();

  /** The sandbox around stdio servers. */
  SandboxSettings sandbox();

  /** Whose tokens open the registry. */
  OidcSettings oidc();

  /** What one client may take. */
  LimitSettings limits();

  /** The registry's certificate. */
  TlsSettings tls();

  /** Where connections are kept. */
  DatabaseSettings database();

  /** How long tombstones stay. */
  @WithParentName
  ConnectionSettings connections();

  /** How servers are reached. */
  UpstreamSettings upstream();

  /** When connections count as degraded or unhealthy. */
  HealthSettings health();

  /** How definitions of tools are watched. */
  DefinitionSettings definitions();

  /** Sync with Drupal sites. */
  DrupalSettings drupal();

  /** What is counted. */
  MetricsSettings metrics();

  /** What a collector is told. */
  TelemetrySettings telemetry();

  /** The stream of events. */
  EventSettings events();

  /** The data plane. */
  GatewaySettings gateway();
}
