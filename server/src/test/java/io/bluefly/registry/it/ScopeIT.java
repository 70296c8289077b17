package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.Options;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that is limited to pools or connections sees, finds and calls only these. */
class ScopeIT {
  @TempDir static Path folder;
  static RegistryProcess registry;
  static final List<TestServer> servers = new ArrayList<>();
  static String mine;
  static String twin;
  static String theirs;

  /** For pool {@code mine}, with one connection now. */
  static String ofPool;

  /** For one of the two connections of pool {@code theirs}. */
  static String ofConnection;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    mine = serve("mine-1", "mine");
    theirs = serve("theirs-1", "theirs");
    twin = serve("theirs-2", "theirs");
    ofPool = registry.makeKey("of-pool", "read call write", ",\"pools\":[\"mine\"]");
    ofConnection =
        registry.makeKey("of-connection", "read call", ",\"connections\":[\"" + twin + "\"]");
  }

  private static String serve(String name, String pool) throws Exception {
    TestServer server = TestServer.start(Options.of(Era.MODERN, Transport.HTTP));
    servers.add(server);
    String id =
        registry.register(
            """
            {"name": "%s", "type": "server", "protocol": "http", "pool": "%s",
             "endpoint": {"url": "%s"}}
            """
                .formatted(name, pool, server.url()));
    Eventually.healthy(registry, id);
    return id;
  }

  @AfterAll
  static void stop() {
    registry.close();
    servers.forEach(TestServer::close);
  }

  private static JsonNode get(String key, String path) throws Exception {
    return registry.sendAs(key, "GET", path, "").body();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/connections",
        "/registry/export",
        "/pools",
        "/load-balancing/distribution",
        "/capabilities",
        "/registry/stats"
      })
  void whatIsNotForAKeyIsInNoAnswer(String path) throws Exception {
    Answer answer = registry.sendAs(ofPool, "GET", path, "");
    assertThat(answer.status()).isEqualTo(200);
    String seen = answer.raw().body();
    assertThat(seen).doesNotContain("theirs").doesNotContain(theirs).doesNotContain(twin);
    String other = registry.sendAs(ofConnection, "GET", path, "").raw().body();
    assertThat(other).doesNotContain("mine").doesNotContain("theirs-1").doesNotContain(theirs);
  }

  @Test
  void countsAreOfWhatTheKeyIsFor() throws Exception {
    assertThat(get(ofPool, "/connections").get("total").asInt()).isEqualTo(1);
    assertThat(get(ofPool, "/connections").get("filtered").asInt()).isEqualTo(1);
    assertThat(get(ofConnection, "/connections").at("/connections/0/id").asText()).isEqualTo(twin);
    assertThat(get(ofPool, "/registry/stats").at("/connections/total").asInt()).isEqualTo(1);
    assertThat(get(ofConnection, "/pools/theirs").get("connections")).hasSize(1);
    assertThat(registry.get("/connections?type=server").get("filtered").asInt()).isEqualTo(3);
    JsonNode found =
        registry
            .sendAs(ofPool, "POST", "/connections/discover", "{\"capabilities\":[\"echo\"]}")
            .body();
    assertThat(found.get("totalMatching").asInt()).isEqualTo(1);
    assertThat(found.at("/connections/0/id").asText()).isEqualTo(mine);
    JsonNode capabilities = get(ofPool, "/capabilities").get("capabilities");
    assertThat(capabilities).isNotEmpty();
    assertThat(capabilities).allSatisfy(c -> assertThat(c.get("providers").asInt()).isEqualTo(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /connections/%s",
        "PATCH /connections/%s",
        "DELETE /connections/%s",
        "GET /connections/%s/timeline",
        "GET /connections/%s/changes",
        "POST /connections/%s/approve",
        "POST /connections/%s/health-check",
        "POST /connections/%s/usage",
        "POST /connections/%s/mcp",
        "GET /connections/%s/sse",
        "POST /pools/theirs/mcp",
        "GET /pools/theirs",
        "PATCH /pools/theirs",
        "GET /registry/metrics?pool=theirs",
        "GET /load-balancing/explain?pool=theirs",
        "GET /load-balancing/distribution?pool=theirs"
      })
  void whatIsNotForAKeyIsNotThereForIt(String request) throws Exception {
    String[] parts = request.formatted(theirs).split(" ", -1);
    String patch = parts[1].startsWith("/pools") ? "{\"strategy\":\"random\"}" : "{\"weight\":2}";
    String body = parts[0].equals("PATCH") ? patch : "{\"inFlight\":1}";
    Answer answer = registry.sendAs(ofPool, parts[0], parts[1], body);
    assertThat(answer.status()).as(answer.raw().body()).isIn(400, 403, 404);
    assertThat(answer.raw().body()).doesNotContain("no-such-address");
    if (answer.status() == 400) {
      // The body was not what this operation takes: then it must not tell, either.
      assertThat(answer.raw().body()).doesNotContain("theirs-1");
    }
    assertThat(registry.connection(theirs).get("status").asText()).isEqualTo("active");
    assertThat(registry.connection(theirs).get("weight").asInt()).isEqualTo(1);
  }

  @Test
  void figuresOfTheWholeAreNotForALimitedKey() throws Exception {
    for (String path : List.of("/metrics", "/registry/metrics")) {
      Answer answer = registry.sendAs(ofPool, "GET", path, "");
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:out-of-scope");
    }
    assertThat(registry.sendAs(ofPool, "GET", "/registry/metrics?pool=mine", "").status())
        .isEqualTo(200);
  }

  @Test
  void aLimitedKeyChangesItsPoolOnly() throws Exception {
    String ofSpare = registry.makeKey("of-spare", "read write", ",\"pools\":[\"spare\"]");
    String body =
        """
        {"name": "%s", "type": "client", "protocol": "http", "pool": "%s"}
        """;
    assertThat(
            registry.sendAs(ofSpare, "POST", "/connections", body.formatted("x", "spare")).status())
        .isEqualTo(201);
    assertThat(
            registry
                .sendAs(ofSpare, "POST", "/connections", body.formatted("y", "theirs"))
                .status())
        .isEqualTo(403);
    String id = registry.get("/connections?name=x").at("/connections/0/id").asText();
    assertThat(
            registry
                .sendAs(ofSpare, "PATCH", "/connections/" + id, "{\"pool\":\"theirs\"}")
                .status())
        .isEqualTo(403);
    String batch = "{\"operations\":[{\"op\":\"disconnect\",\"connectionId\":\"" + theirs + "\"}]}";
    assertThat(
            registry
                .sendAs(ofSpare, "POST", "/connections/batch", batch)
                .body()
                .at("/results/0/status")
                .asInt())
        .isEqualTo(404);
    registry.send("DELETE", "/connections/" + id, "");
  }

  private static Set<String> tools(McpClient client) throws Exception {
    Set<String> pools = new TreeSet<>();
    client
        .request("tools/list", "{}")
        .at("/result/tools")
        .forEach(tool -> pools.add(tool.get("name").asText().replaceFirst("__.*", "")));
    return pools;
  }

  @ParameterizedTest
  @EnumSource(names = {"MODERN", "LEGACY"})
  void theAggregatedToolsAreThoseOfTheKey(Era era) throws Exception {
    for (String[] each : new String[][] {{ofPool, "mine"}, {ofConnection, "theirs"}}) {
      String url = registry.url() + "/mcp";
      try (McpClient client =
          era == Era.MODERN ? McpClient.modern(url, each[0]) : McpClient.legacy(url, each[0])) {
        client.connect("");
        assertThat(tools(client)).containsExactly(each[1]);
        assertThat(client.call(each[1] + "__echo", "{'text':'hi'}").toString()).contains("hi");
        String other = each[1].equals("mine") ? "theirs" : "mine";
        assertThat(client.call(other + "__echo", "{'text':'hi'}").toString())
            .contains("no pool offers");
      }
    }
  }

  @Test
  void callsAtAPoolGoToTheConnectionsOfTheKeyOnly() throws Exception {
    for (int i = 0; i < 10; i++) {
      Answer answer =
          registry.send(
              ModernHttp.at(registry, "/pools/theirs/mcp")
                  .request("tools/call", "{'name':'echo','arguments':{'text':'hi'}}")
                  .setHeader("Authorization", "Bearer " + ofConnection));
      assertThat(answer.header("mcp-registry-connection")).isEqualTo(twin);
    }
  }

  @Test
  void eventsAreThoseOfTheKeyAlsoWhenTheyAreCaughtUpWith() throws Exception {
    try (McpSocket whole = new McpSocket(registry, "/registry/stream");
        McpSocket limited = new McpSocket(ofPool, registry, "/registry/stream")) {
      String subscribe = "{'action':'subscribe','events':['connection-updated']%s}";
      whole.send(subscribe.formatted(""));
      limited.send(subscribe.formatted(""));
      for (McpSocket socket : List.of(whole, limited)) {
        socket.next(m -> m.path("type").asText().equals("subscribed"));
      }
      for (String id : List.of(theirs, twin, mine)) {
        registry.send("PATCH", "/connections/" + id, "{\"metadata\":{\"n\":1}}");
      }
      String first =
          whole.next(m -> m.path("connectionId").asText().equals(theirs)).get("id").asText();
      whole.next(m -> m.path("connectionId").asText().equals(mine));
      assertThat(limited.next(m -> m.has("connectionId")).get("connectionId").asText())
          .isEqualTo(mine);
      try (McpSocket late = new McpSocket(ofPool, registry, "/registry/stream")) {
        late.send(subscribe.formatted(",'after':'" + first + "'"));
        assertThat(late.next(m -> m.has("connectionId")).get("connectionId").asText())
            .isEqualTo(mine);
      }
    }
  }

  @Test
  void aSessionIsItsPrincipalsAlone() throws Exception {
    String initialize =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":"
            + "\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}}}";
    Answer begun = registry.sendAs(ofPool, "POST", "/mcp", initialize);
    String session = begun.header("mcp-session-id");
    assertThat(session).isNotEmpty();
    String list = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
    assertThat(inSession(ofPool, session, list).status()).isEqualTo(200);
    assertThat(inSession(registry.key(), session, list).status()).isEqualTo(404);
    assertThat(inSession(ofConnection, session, list).status()).isEqualTo(404);
  }

  private static Answer inSession(String key, String session, String message) throws Exception {
    return registry.send(
        registry
            .request("/mcp")
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .header("Mcp-Session-Id", session)
            .POST(java.net.http.HttpRequest.BodyPublishers.ofString(message)));
  }
}
