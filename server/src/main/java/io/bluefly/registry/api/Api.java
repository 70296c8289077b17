package io.bluefly.registry.api;

import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.balancing.Advisor;
import io.bluefly.registry.balancing.Balancer;
import io.bluefly.registry.balancing.Explainer;
import io.bluefly.registry.balancing.Loads;
import io.bluefly.registry.balancing.Pools;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.Definitions;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.Providers;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.drupal.DrupalSyncs;
import io.bluefly.registry.health.BatchCheck;
import io.bluefly.registry.health.Diagnostics;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.metrics.History;
import io.bluefly.registry.metrics.UsageReports;
import io.bluefly.registry.security.ApiKeys;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.timeline.Timeline;
import io.bluefly.registry.upstream.Upstreams;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/** The operations of the contract by their ids. */
public final class Api {
  private final Map<String, Operation> operations;

  /**
   * Binds the operations.
   *
   * @param version the registry's version
   * @param goneWithin how long a disconnect may wait for the server's end
   */
  public Api(
      Contract contract,
      ApiKeys keys,
      AuditLog audit,
      EgressGuard guard,
      Connections connections,
      Catalogue catalogue,
      Definitions definitions,
      Providers providers,
      Upstreams upstreams,
      ProcessRules processes,
      HealthMonitor health,
      BatchCheck batchCheck,
      Pools pools,
      Balancer balancer,
      PoolCatalogue offers,
      Timeline timeline,
      Diagnostics diagnostics,
      CallMetrics metrics,
      UsageReports usage,
      History history,
      MetricsPage metricsPage,
      Readiness readiness,
      DrupalSyncs syncs,
      InstantSource clock,
      String version,
      Duration goneWithin) {
    Loads loads = new Loads(balancer);
    Views views = new Views(catalogue, definitions, health, metrics, usage, upstreams, clock);
    Registrations registrations = new Registrations(contract, guard, processes);
    Endings endings = new Endings(upstreams, goneWithin);
    ConnectionsApi connectionsApi =
        new ConnectionsApi(connections, catalogue, providers, views, registrations, endings);
    BatchApi batchApi = new BatchApi(connections, contract, registrations, batchCheck, endings);
    DiscoveryApi discoveryApi =
        new DiscoveryApi(connections, catalogue, providers, metrics, loads, views);
    PoolsApi poolsApi =
        new PoolsApi(connections, pools, catalogue, health, metrics, loads, contract);
    UsageApi usageApi = new UsageApi(connections, metrics, usage, loads);
    LoadApi loadApi =
        new LoadApi(
            connections, pools, offers, loads, new Advisor(balancer), new Explainer(balancer));
    DefinitionsApi definitionsApi = new DefinitionsApi(connections, definitions);
    TimelineApi timelineApi = new TimelineApi(connections, timeline);
    HealthApi healthApi = new HealthApi(connections, health, batchCheck, diagnostics);
    MetricsApi metricsApi = new MetricsApi(connections, pools, history, metricsPage, clock);
    KeysApi keysApi = new KeysApi(keys, connections, clock);
    DrupalApi drupalApi = new DrupalApi(syncs);
    AuditApi auditApi = new AuditApi(audit);
    RegistryApi registryApi =
        new RegistryApi(connections, catalogue, health, metrics, readiness, clock, version);
    this.operations =
        Map.ofEntries(
            Map.entry("listConnections", connectionsApi::list),
            Map.entry("registerConnection", connectionsApi::register),
            Map.entry("changeConnections", batchApi::run),
            Map.entry("getConnection", connectionsApi::get),
            Map.entry("updateConnection", connectionsApi::update),
            Map.entry("disconnectConnection", connectionsApi::disconnect),
            Map.entry("discoverConnections", discoveryApi::discover),
            Map.entry("listCapabilities", discoveryApi::capabilities),
            Map.entry("reportUsage", usageApi::report),
            Map.entry("getTimeline", timelineApi::get),
            Map.entry("getChanges", definitionsApi::changes),
            Map.entry("approveChanges", definitionsApi::approve),
            Map.entry("listPools", poolsApi::list),
            Map.entry("getDistribution", loadApi::distribution),
            Map.entry("explainBalancing", loadApi::explain),
            Map.entry("getPool", poolsApi::get),
            Map.entry("updatePool", poolsApi::update),
            Map.entry("checkConnection", healthApi::check),
            Map.entry("checkConnections", healthApi::checkBatch),
            Map.entry("getStats", registryApi::stats),
            Map.entry("getHistory", metricsApi::history),
            Map.entry("getMetrics", metricsApi::page),
            Map.entry("listAudit", auditApi::list),
            Map.entry("listKeys", keysApi::list),
            Map.entry("createKey", keysApi::create),
            Map.entry("deleteKey", keysApi::delete),
            Map.entry("startDrupalSync", drupalApi::start),
            Map.entry("listDrupalSyncs", drupalApi::list),
            Map.entry("getDrupalSync", drupalApi::get),
            Map.entry("exportRegistry", registryApi::export),
            Map.entry("getLiveness", registryApi::live),
            Map.entry("getReadiness", registryApi::ready),
            Map.entry("getHealth", registryApi::health));
  }

  /** The operation of this id; the contract and the service must have the same ones. */
  Operation operation(String id) {
    Operation operation = operations.get(id);
    if (operation == null) {
      throw new IllegalStateException("the contract has an operation that is not built: " + id);
    }
    return operation;
  }

  int size() {
    return operations.size();
  }
}
