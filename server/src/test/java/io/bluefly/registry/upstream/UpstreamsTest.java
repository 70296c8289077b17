package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Change;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Endpoint.StdioEndpoint;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.security.AddressRules;
import io.bluefly.registry.security.EgressGuard;
import io.bluefly.registry.security.ProcessRules;
import io.bluefly.registry.security.Secrets;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which upstreams there are, as connections come, change and go. */
class UpstreamsTest {
  private final Vertx vertx = Vertx.vertx();
  private final EventBus bus = new EventBus();
  private final Connections connections =
      new Connections(new NoStore(), bus, InstantSource.system());
  private final Upstreams upstreams =
      new Upstreams(
          vertx,
          bus,
          InstantSource.system(),
          new TestSettings(Duration.ofSeconds(30), 1_000),
          new Secrets(List.of(), _ -> null),
          ProcessRules.none(),
          new EgressGuard(new AddressRules(true, List.of())));

  @AfterEach
  void close() {
    upstreams.drain(Duration.ZERO);
    upstreams.close();
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }

  private static Registration sleeping(int seconds) {
    return new Registration(
        "sleeper",
        ConnectionType.SERVER,
        Protocol.STDIO,
        new StdioEndpoint("sleep", List.of(String.valueOf(seconds)), Map.of(), null),
        null,
        Map.of(),
        HealthCheck.DEFAULT,
        "p",
        1,
        1,
        new Instances(1, 2));
  }

  @Test
  void anUpstreamThatIsBeingClosedIsNotScaled() {
    upstreams.follow();
    Connection connection = connections.register(sleeping(60));
    Upstream first = upstreams.find(connection.id()).orElseThrow();
    assertThat(upstreams.stdio()).containsExactly(first);

    connections.update(connection.id(), _ -> sleeping(61), null);
    assertThat(upstreams.stdio())
        .doesNotContain(first)
        .containsExactly(upstreams.find(connection.id()).orElseThrow());
    first.scaleTo(2);
    assertThat(first.instances()).hasSizeLessThan(2);

    connections.make(List.of(new Change.Disconnect(connection.id(), false)), true);
    assertThat(upstreams.stdio()).isEmpty();
  }
}
