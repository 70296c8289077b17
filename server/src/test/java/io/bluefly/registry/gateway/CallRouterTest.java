package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.audit.AuditLog;
import io.bluefly.registry.audit.AuditSettings;
import io.bluefly.registry.balancing.Balancer;
import io.bluefly.registry.balancing.Lease;
import io.bluefly.registry.balancing.NoPools;
import io.bluefly.registry.balancing.Patience;
import io.bluefly.registry.balancing.Pools;
import io.bluefly.registry.balancing.Refusal;
import io.bluefly.registry.balancing.Search;
import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.PoolCatalogue;
import io.bluefly.registry.capabilities.TestDefinitions;
import io.bluefly.registry.config.ConfigReader;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Endpoint.HttpEndpoint;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.events.EventInbox;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.health.TestEjection;
import io.bluefly.registry.metrics.CallMetrics;
import io.bluefly.registry.protocol.MalformedMessageException;
import io.bluefly.registry.protocol.RpcMessage;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.Principal;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Sealer;
import io.bluefly.registry.security.Secrets;
import io.bluefly.registry.telemetry.Attempt;
import io.bluefly.registry.telemetry.CallError;
import io.bluefly.registry.telemetry.CallSubject;
import io.bluefly.registry.telemetry.Trace;
import io.bluefly.registry.telemetry.TraceContext;
import io.bluefly.registry.upstream.FakeServers;
import io.bluefly.registry.upstream.Instance;
import io.bluefly.registry.upstream.UpstreamEvent;
import io.bluefly.registry.upstream.UpstreamSettings;
import io.bluefly.registry.upstream.Upstreams;
import io.smallrye.config.ConfigMapping;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes of an instance's place when the request that found it can't be passed on. */
class CallRouterTest {
  /** The settings that the data plane needs. */
  @ConfigMapping(prefix = "mcp-registry")
  interface Settings {
    GatewaySettings gateway();

    UpstreamSettings upstream();
  }

  /** Fails when a server is found, after as many as it still takes. */
  private static final class BrokenTrace implements Trace {
    private int takes;

    BrokenTrace(int takes) {
      this.takes = takes;
    }

    @Override
    public Attempt attempt(CallSubject subject, String connectionId, String pool) {
      if (takes-- > 0) {
        return new Traced();
      }
      throw new IllegalStateException("tracing is broken");
    }

    @Override
    public void end(@Nullable CallError error) {}

    @Override
    public void end() {}
  }

  private record Traced() implements Attempt {
    @Override
    public TraceContext context() {
      return TraceContext.NONE;
    }

    @Override
    public void end(@Nullable CallError error) {}
  }

  private record NoAudit() implements AuditSettings {
    @Override
    public boolean enabled() {
      return false;
    }

    @Override
    public boolean calls() {
      return false;
    }

    @Override
    public int maxFileSize() {
      return 0;
    }

    @Override
    public int maxFiles() {
      return 0;
    }
  }

  /** A client that waits for its answer. */
  private static final class Waiting implements ClientReply {
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    @Override
    public boolean isOver() {
      return false;
    }

    @Override
    public void onClientGone(Runnable action) {}

    @Override
    public void header(String name, String value) {}

    @Override
    public void event(byte[] json) {}

    @Override
    public void finish(int status, byte[] json) {
      answer.complete(new String(json, UTF_8));
    }

    @Override
    public void empty(int status) {}
  }

  private static final class Asking extends CompletableFuture<Lease> implements Search.Owner {
    @Override
    public void found(Lease lease) {
      complete(lease);
    }

    @Override
    public void refused(Refusal refusal) {
      completeExceptionally(new AssertionError(refusal.message()));
    }
  }

  private final Vertx vertx = Vertx.vertx();
  @TempDir Path folder;

  private final FakeServers servers = new FakeServers();
  private final EventBus bus = new EventBus();
  private final Connections connections = new Connections(new NoStore(), bus, servers.clock);
  private final List<Instance> instances = new ArrayList<>(List.of(servers.opened()));
  private final Balancer balancer =
      new Balancer(
          connections,
          _ -> instances,
          new Pools(new NoPools()),
          _ -> 0,
          TestEjection.DEFAULT,
          new Patience(Duration.ofMinutes(1), Duration.ofMinutes(1), 10),
          bus,
          servers.clock,
          () -> 0);
  private final Settings settings = ConfigReader.read(Settings.class, Map.of(), Map.of(), null);
  private final Upstreams upstreams =
      new Upstreams(
          vertx,
          bus,
          servers.clock,
          settings.upstream(),
          new Secrets(List.of(), _ -> null),
          ProcessRules.none(),
          new EgressGuard(new AddressRules(true, List.of())));

  @AfterEach
  void close() {
    upstreams.close();
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private CallRouter router() {
    Catalogue catalogue = new Catalogue(bus, _ -> {}, servers.clock, TestDefinitions.off(bus));
    return new CallRouter(
        vertx,
        new Gateway(
            connections,
            upstreams,
            catalogue,
            new PoolCatalogue(connections, catalogue, bus, _ -> {}),
            balancer,
            new CallMetrics(servers.clock, () -> 0, 1),
            new EventInbox(),
            new Sealer("s"),
            new AuditLog(folder, new NoAudit(), () -> 0),
            settings.gateway(),
            bus,
            null),
        TestLimits.none());
  }

  /** A server that takes one call at once. */
  private Connection register() {
    Connection connection =
        connections.register(
            new Registration(
                "one",
                ConnectionType.SERVER,
                Protocol.HTTP,
                new HttpEndpoint(URI.create("http://localhost:1/mcp"), Map.of()),
                null,
                Map.of(),
                HealthCheck.DEFAULT,
                "p",
                1,
                1,
                Instances.ONE));
    bus.publish(new UpstreamEvent.InstancesChanged(connection.id(), servers.clock.instant()));
    return connection;
  }

  private Asking ask(Connection connection) {
    Asking asking = new Asking();
    balancer.search("p", List.of(connection.id()), "", _ -> null, Set.of(), asking).begin();
    return asking;
  }

  private static ClientRequest request(Connection connection, Waiting client, Trace trace)
      throws MalformedMessageException {
    RpcMessage call =
        RpcMessage.parse(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"t\"}}"
                .getBytes(UTF_8));
    return new ClientRequest(
        new OneConnection(connection.id()),
        call,
        client,
        null,
        Peer.of(new TestHead(Principal.ANYBODY)),
        trace);
  }

  @Test
  void whereTracingFailsForACallThatHasWaitedItsPlaceGoesToTheNext() throws Exception {
    CallRouter router = router();
    Connection connection = register();
    Lease running = ask(connection).getNow(null);
    assertThat(running).isNotNull();
    Waiting client = new Waiting();
    ClientRequest request = request(connection, client, new BrokenTrace(0));
    CompletableFuture<Boolean> asked = new CompletableFuture<>();
    CompletableFuture<Throwable> failed = new CompletableFuture<>();
    Context loop = vertx.getOrCreateContext();
    loop.exceptionHandler(failed::complete);
    loop.runOnContext(_ -> {
      router.route(request, null, _ -> {});
      asked.complete(true);
    });
    assertThat(asked.get(20, TimeUnit.SECONDS)).isTrue();
    Asking next = ask(connection);
    assertThat(next).isNotDone();

    running.giveBack(); // On this thread, not on the request's.
    assertThat(failed.get(20, TimeUnit.SECONDS)).hasMessage("tracing is broken");
    assertThat(client.answer.get(5, TimeUnit.SECONDS)).contains("-32603", "its log tells why");
    assertThat(next.get(5, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void whereTracingFailsForASecondAttemptItsPlaceIsFreeAgain() throws Exception {
    instances.add(servers.opened());
    Connection connection = register();
    ClientRequest request = request(connection, new Waiting(), new BrokenTrace(1));
    CallRouter router = router();
    CompletableFuture<Routed> first = new CompletableFuture<>();
    CompletableFuture<@Nullable Routed> second = new CompletableFuture<>();
    vertx
        .getOrCreateContext()
        .runOnContext(_ ->
            router.route(
                request,
                null,
                routed -> {
                  first.complete(routed);
                  second.completeAsync(routed::hedge, Runnable::run);
                }));
    assertThat(first.get(20, TimeUnit.SECONDS)).isNotNull();
    assertThat(second)
        .failsWithin(Duration.ofSeconds(20))
        .withThrowableThat()
        .withMessageContaining("tracing is broken");
    assertThat(ask(connection)).isCompleted();
    assertThat(ask(connection)).isNotDone(); // The first attempt still runs.
  }
}
