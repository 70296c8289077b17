package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.HttpMcpServer;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever a server answers, or does not: clients of either era are told in time, and those of
 * another server notice nothing.
 */
class BadServerIT {
  private static final int UNAVAILABLE = -32050;
  private static final int TIMEOUT = -32051;
  private static final int LOST = -32052;

  /** The calls' time-out, and what a busy machine needs. */
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer good;
  static HttpMcpServer legacyHttp;
  static HttpMcpServer modernHttp;
  static final Map<String, String> IDS = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", "1s",
                "MCP_REGISTRY_GATEWAY_MAX_ANSWER", "262144",
                "MCP_REGISTRY_UPSTREAM_MAX_UPSTREAM_MESSAGE", "262144",
                "MCP_REGISTRY_UPSTREAM_RESTART_DELAY", "50ms",
                "MCP_REGISTRY_UPSTREAM_MAX_RESTART_DELAY", "200ms"));
    good = TestServer.start(Era.MODERN, Transport.HTTP);
    legacyHttp = HttpMcpServer.start("bad-answers.mjs", 0, Map.of());
    modernHttp = HttpMcpServer.start("bad-answers.mjs", 0, Map.of("ERA", "modern"));
    TestServers.network(registry, "good", good);
    IDS.put("legacy-http", registry.registerHttp("legacy-http", legacyHttp.url()));
    IDS.put("modern-http", registry.registerHttp("modern-http", modernHttp.url()));
    String script = Npm.script("bad-answers.mjs");
    IDS.put("legacy-stdio", registry.registerNode("legacy-stdio", script, "stdio"));
    IDS.put(
        "modern-stdio",
        registry.register(
            """
            {"name": "modern-stdio", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "stdio"], "env": {"ERA": "modern"}}}
            """
                .formatted(script)));
    IDS.values().forEach(id -> Eventually.healthy(registry, id));
  }

  @AfterAll
  static void stop() {
    registry.close();
    good.close();
    legacyHttp.close();
    modernHttp.close();
  }

  @ParameterizedTest
  @CsvSource({
    "legacy-http, garbage",
    "legacy-http, half",
    "legacy-http, wrong-id",
    "legacy-http, never",
    "legacy-http, endless",
    "legacy-http, nothing",
    "modern-http, garbage",
    "modern-http, half",
    "modern-http, wrong-id",
    "modern-http, never",
    "modern-http, endless",
    "modern-http, nothing",
    "legacy-stdio, garbage",
    "legacy-stdio, half",
    "legacy-stdio, wrong-id",
    "legacy-stdio, never",
    "legacy-stdio, endless",
    "legacy-stdio, nothing",
    "modern-stdio, garbage",
    "modern-stdio, half",
    "modern-stdio, wrong-id",
    "modern-stdio, never",
    "modern-stdio, endless",
    "modern-stdio, nothing",
  })
  void clientsAreToldInTimeAndOthersNoticeNothing(String server, String mode) throws Exception {
    List<String> sessions = new ArrayList<>();
    List<RawClient> clients = new ArrayList<>();
    for (String path :
        List.of("/connections/" + IDS.get(server) + "/mcp", "/pools/" + server + "/mcp")) {
      RawClient client = new RawClient(registry, path);
      clients.add(client);
      sessions.add(client.initialize("{}"));
    }
    Map<String, CompletableFuture<Said>> calls = new HashMap<>();
    for (int i = 0; i < clients.size(); i++) {
      RawClient client = clients.get(i);
      calls.put("modern client " + i, RawClient.sendAsync(client.modernCall(mode, "{}", "{}", "")));
      calls.put(
          "legacy client " + i,
          RawClient.sendAsync(client.legacyCall(sessions.get(i), "1", mode, "{}")));
    }
    CompletableFuture<Said> elsewhere =
        RawClient.sendAsync(
            new RawClient(registry, "/pools/good/mcp")
                .modernCall("slow", "{\"ms\":100}", "{}", ""));
    for (Map.Entry<String, CompletableFuture<Said>> call : calls.entrySet()) {
      Said said = call.getValue().get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(said.code()).as(call.getKey() + " " + said).isIn(UNAVAILABLE, TIMEOUT, LOST);
      assertThat(said.json().get("id").asInt()).isEqualTo(1);
      assertThat(said.json().at("/error/message").asText())
          .containsAnyOf("may have run", "did not reach it");
    }
    assertThat(elsewhere.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS).content())
        .isEqualTo("Waited 100 ms.");
    for (int i = 0; i < clients.size(); i++) {
      RawClient client = clients.get(i);
      // Nothing is left that would harm the next call.
      Eventually.until(() -> client.callModern("ok", "{}").content().equals("done"));
      assertThat(client.callLegacy(sessions.get(i), "ok", "{}").content()).isEqualTo("done");
      client.end(sessions.get(i));
    }
  }
}
