package io.bluefly.registry.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.capabilities.Catalogue;
import io.bluefly.registry.capabilities.TestDefinitions;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionType;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Endpoint;
import io.bluefly.registry.connections.HealthCheck;
import io.bluefly.registry.connections.Instances;
import io.bluefly.registry.connections.NoStore;
import io.bluefly.registry.connections.Protocol;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.events.EventBus;
import io.bluefly.registry.gateway.Found.Candidates;
import io.bluefly.registry.protocol.RpcMessage;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which members of a pool may serve a request, also as they change. */
class PermittedTest {
  private final EventBus bus = new EventBus();
  private final Connections connections =
      new Connections(new NoStore(), bus, InstantSource.system());
  private final Catalogue catalogue =
      new Catalogue(bus, Runnable::run, InstantSource.system(), TestDefinitions.off(bus));
  private final Permitted permitted = new Permitted(connections, catalogue, bus);

  private static Registration server(String name, @Nullable List<String> capabilities) {
    return new Registration(
        name,
        ConnectionType.SERVER,
        Protocol.HTTP,
        new Endpoint.HttpEndpoint(URI.create("http://localhost/mcp"), Map.of()),
        capabilities,
        Map.of(),
        HealthCheck.DEFAULT,
        "pool",
        20,
        1,
        Instances.ONE);
  }

  private static RpcMessage request(String method, String params) {
    String json =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + params + "}}";
    return RpcMessage.ofOwn(json.getBytes(UTF_8));
  }

  private static RpcMessage call(String tool) {
    return request("tools/call", "\"name\":\"" + tool + "\"");
  }

  private List<String> among(String pool, List<String> ids, RpcMessage request) {
    List<String> allowed = permitted.among(new Candidates(pool, ids, request));
    assertThat(new Candidates(pool, allowed, request).connectionIds()).isSameAs(allowed);
    return allowed;
  }

  /** More than it is quicker to ask each time. */
  private List<String> many(String prefix) {
    return List.copyOf(
        IntStream.range(0, 100)
            .mapToObj(number -> connections.register(server(prefix + number, null)).id())
            .toList());
  }

  @Test
  void whatAMemberDeclaresCountsFromNowOn() {
    List<String> ids = many("m");
    assertThat(among("p", ids, call("read"))).isSameAs(ids);

    connections.update(ids.getLast(), _ -> server("bound", List.of("write")), null);
    List<String> left = among("p", ids, call("read"));
    assertThat(left).isEqualTo(ids.subList(0, 99));
    assertThat(among("p", ids, call("read"))).isSameAs(left);
    assertThat(among("p", ids, call("erase"))).isSameAs(left);

    connections.update(ids.getLast(), _ -> server("bound", null), null);
    assertThat(among("p", ids, call("read"))).isSameAs(ids);
  }

  @Test
  void poolsWithTheSameToolDoNotGetInEachOthersWay() {
    List<String> one = many("a");
    List<String> other = many("b");
    connections.update(one.getLast(), _ -> server("bound", List.of("write")), null);
    connections.update(other.getLast(), _ -> server("bound-too", List.of("write")), null);
    List<String> ofOne = among("one", one, call("read"));
    List<String> ofOther = among("other", other, call("read"));
    assertThat(among("one", one, call("read"))).isSameAs(ofOne);
    assertThat(among("other", other, call("read"))).isSameAs(ofOther).isNotEqualTo(ofOne);
  }

  @Test
  void fewMembersAreAskedEachTime() {
    Connection one = connections.register(server("one", List.of("write")));
    List<String> ids = List.of(one.id());
    assertThat(among("p", ids, call("write"))).isEmpty();
    connections.update(one.id(), _ -> server("one", null), null);
    assertThat(among("p", ids, call("write"))).isSameAs(ids);
  }
}
