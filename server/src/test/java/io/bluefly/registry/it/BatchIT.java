package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches, which exist in 2025-03-26 only. */
class BatchIT {
  @TempDir static Path data;

  @SuppressWarnings("NullAway.Init")
  private static RegistryProcess registry;

  @SuppressWarnings("NullAway.Init")
  private static TestServer server;

  @SuppressWarnings("NullAway.Init")
  private static RawClient client;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(data, Map.of("MCP_REGISTRY_AUTH", "false"));
    server = TestServer.start(Era.MODERN, Transport.HTTP);
    TestServers.network(registry, "server", server);
    client = new RawClient(registry, "/pools/server/mcp");
  }

  @AfterAll
  static void stop() {
    registry.close();
    server.close();
  }

  private static String session(String version) throws Exception {
    Said said =
        RawClient.send(
            client.post(
                RawClient.message(
                    "0",
                    "initialize",
                    "{\"protocolVersion\":\"%s\",\"capabilities\":{},\"clientInfo\":{}}"
                        .formatted(version))));
    assertThat(said.json().at("/result/protocolVersion").asText()).isEqualTo(version);
    return said.header("mcp-session-id");
  }

  private static String batch(String... messages) {
    return "[" + String.join(",", messages) + "]";
  }

  private static String call(int id) {
    String params = "{\"name\":\"echo\",\"arguments\":{\"n\":" + id + "}}";
    return RawClient.message(Integer.toString(id), "tools/call", params);
  }

  private static Said send(String session, String body) throws Exception {
    return RawClient.send(client.post(body, "Mcp-Session-Id", session));
  }

  @Test
  void eachRequestOfABatchIsAnswered() throws Exception {
    Said said =
        send(
            session("2025-03-26"),
            batch(
                call(1),
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
                call(2),
                RawClient.message("3", "ping", "{}")));

    assertThat(said.status()).isEqualTo(200);
    assertThat(said.header("content-type")).startsWith("text/event-stream");
    assertThat(said.body()).contains("\"id\":1", "{\"n\":1}", "\"id\":2", "{\"n\":2}", "\"id\":3");
  }

  @Test
  void aBatchWithoutRequestsIsAccepted() throws Exception {
    String initialized = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
    assertThat(send(session("2025-03-26"), batch(initialized)).status()).isEqualTo(202);
  }

  @Test
  void noOtherVersionHasBatches() throws Exception {
    Said said = send(session("2025-11-25"), batch(call(1)));

    assertThat(said.status()).isEqualTo(400);
    assertThat(said.code()).isEqualTo(-32600);
  }

  @Test
  void aBatchWithSomethingElseInItIsRefusedAsAWhole() throws Exception {
    String session = session("2025-03-26");

    assertThat(send(session, batch(call(1), "7")).status()).isEqualTo(400);
    assertThat(send(session, "[]").status()).isEqualTo(400);
  }
}
