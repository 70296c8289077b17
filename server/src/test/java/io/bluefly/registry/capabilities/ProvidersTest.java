package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.connections.Change;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStatus;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is found by what, as connections come, change and go. */
class ProvidersTest {
  private final EventBus bus = new EventBus();
  private final Connections connections =
      new Connections(new NoStore(), bus, InstantSource.system());
  private final Providers providers =
      new Providers(
          connections,
          new Catalogue(bus, Runnable::run, InstantSource.system(), TestDefinitions.off(bus)),
          bus);

  private static Registration offering(String name, String... capabilities) {
    return registration(name, ConnectionType.CLIENT, null, List.of(capabilities));
  }

  private static Registration server(String name) {
    Endpoint endpoint = new Endpoint.HttpEndpoint(URI.create("http://localhost/mcp"), Map.of());
    return registration(name, ConnectionType.SERVER, endpoint, List.of("read"));
  }

  private static Registration registration(
      String name, ConnectionType type, @Nullable Endpoint endpoint, List<String> capabilities) {
    return new Registration(
        name,
        type,
        Protocol.HTTP,
        endpoint,
        capabilities,
        Map.of(),
        HealthCheck.DEFAULT,
        name,
        20,
        1,
        Instances.ONE);
  }

  private Stream<String> found(String... names) {
    return providers.of(List.of(names)).stream().map(Connection::name);
  }

  @Test
  void thoseAreFoundThatOfferAllInTheOrderOfRegistration() {
    connections.register(offering("c", "read", "write"));
    connections.register(offering("a", "read"));
    connections.register(offering("b", "write", "read"));
    assertThat(found("read")).containsExactly("c", "a", "b");
    assertThat(found("write")).containsExactly("c", "b");
    assertThat(found("write", "read")).containsExactly("c", "b");
    assertThat(found("read", "read")).containsExactly("c", "a", "b");
    assertThat(found("read", "delete")).isEmpty();
    assertThat(found("delete")).isEmpty();
  }

  @Test
  void whoChangesOrGoesIsFoundAsItIsNow() {
    Connection one = connections.register(offering("one", "read", "write"));
    Connection two = connections.register(offering("two", "read"));
    connections.update(one.id(), _ -> offering("one", "write", "delete"), null);
    assertThat(found("read")).containsExactly("two");
    assertThat(found("write", "delete")).containsExactly("one");
    connections.make(
        List.of(
            new Change.Disconnect(two.id(), false),
            new Change.Register(offering("three", "delete"))),
        true);
    assertThat(found("read")).isEmpty();
    assertThat(found("delete")).containsExactly("one", "three");
  }

  @Test
  void anAnswerIsTheSameAsLongAsNothingChanges() {
    Connection one = connections.register(server("one"));
    Connection two = connections.register(server("two"));
    connections.register(offering("client", "read"));
    Providers.Query active = query(ConnectionStatus.ACTIVE, null);
    List<Connection> found = providers.servers(active);
    assertThat(found).extracting(Connection::id).containsExactly(one.id(), two.id());
    assertThat(providers.servers(active)).isSameAs(found);
    assertThat(providers.servers(query(ConnectionStatus.ACTIVE, Protocol.STDIO))).isEmpty();

    connections.make(List.of(new Change.Disconnect(one.id(), false)), true);
    assertThat(providers.servers(active)).extracting(Connection::id).containsExactly(two.id());
    assertThat(providers.servers(query(ConnectionStatus.DISCONNECTED, null)))
        .extracting(Connection::id)
        .containsExactly(one.id());
  }

  @Test
  void onlySoManyAnswersAreRemembered() {
    connections.register(server("one"));
    Providers.Query active = query(ConnectionStatus.ACTIVE, null);
    List<Connection> found = providers.servers(active);
    for (int other = 0; other < 200; other++) {
      providers.servers(new Providers.Query(Set.of("o" + other), ConnectionStatus.ACTIVE, null));
    }
    assertThat(providers.servers(active)).isEqualTo(found).isNotSameAs(found);
  }

  private static Providers.Query query(ConnectionStatus status, @Nullable Protocol protocol) {
    return new Providers.Query(Set.of("read"), status, protocol);
  }
}
