package io.bluefly.registry.drupal;

import static org.awaitility.Awaitility.await;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.TestDefinitions;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.health.HealthMonitor;
import io.bluefly.registry.health.TestHealth;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.testkit.ManualClock;
import io.bluefly.registry.upstream.AnsweringServer;
import io.bluefly.registry.upstream.TestSettings;
import io.bluefly.registry.upstream.Upstreams;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;

/** Connections of which a server on a port of this machine tells what it offers. */
final class Offering implements AutoCloseable {
  final ManualClock clock = new ManualClock(Samples.MOMENT);

  /** The tools that the server tells of when it is opened. */
  final List<JsonObject> tools = new CopyOnWriteArrayList<>();

  final NodeContent content;
  private final EventBus bus = new EventBus();
  private final Vertx vertx = Vertx.vertx();
  private final Connections connections = new Connections(new NoStore(), bus, clock);
  private final Catalogue catalogue;
  private final Upstreams upstreams;
  private final AnsweringServer server = new AnsweringServer(vertx, this::answer);

  Offering() {
    upstreams =
        new Upstreams(
            vertx,
            bus,
            clock,
            new TestSettings(Duration.ofSeconds(20), 1_000_000),
            new Secrets(List.of(), _ -> null),
            ProcessRules.none(),
            new EgressGuard(new AddressRules(true, List.of())));
    catalogue =
        new Catalogue(
            bus, task -> Thread.startVirtualThread(task), clock, TestDefinitions.off(bus));
    content =
        new NodeContent(
            catalogue,
            new HealthMonitor(
                connections,
                upstreams,
                new CallMetrics(clock, System::nanoTime),
                bus,
                new TestHealth(),
                clock,
                new SplittableRandom(1),
                _ -> {}),
            "this-registry");
    upstreams.follow();
  }

  private JsonObject answer(String method) {
    return method.equals("tools/list")
        ? new JsonObject().put("tools", new JsonArray(List.copyOf(tools)))
        : AnsweringServer.discovery(new JsonObject().put("tools", new JsonObject()));
  }

  /** A tool that the server tells of from now on. */
  void offer(String name, String description) {
    tools.add(
        new JsonObject()
            .put("name", name)
            .put("description", description)
            .put("inputSchema", new JsonObject().put("type", "object")));
  }

  /** A connection that is not opened, but for what {@code members} say. */
  Connection client(String members) {
    return connections.register(Samples.registration(members));
  }

  /** A connection to the server, once it is known what that offers. */
  Connection server(String members) {
    Registration registration =
        Samples.registration(
            "{'type': 'server', 'endpoint': {'url': '%s?t=s3cret', %s}, %s}"
                .formatted(server.url(), "'headers': {'X-Key': 's3cret', 'X-Team': 'a'}", members));
    Connection connection = connections.register(registration);
    await().until(() -> catalogue.isKnown(connection.id()));
    return connections.find(connection.id()).orElseThrow();
  }

  @Override
  public void close() {
    upstreams.drain(Duration.ZERO);
    upstreams.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
