package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.testkit.HttpMcpServer;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that crash, hang, misbehave or want what they do not get. */
class SupervisionIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_SECRETS", "ALLOWED_SECRET,UNSET_SECRET",
                "ALLOWED_SECRET", "s3cr3t-value",
                "NOT_ALLOWED_SECRET", "other-value",
                "MCP_REGISTRY_GATEWAY_MAX_OWN_INSTANCES", "2",
                "MCP_REGISTRY_UPSTREAM_PROBE_TIMEOUT", "500ms",
                "MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", "2s",
                "MCP_REGISTRY_GATEWAY_OPEN_PATIENCE", "5s"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"exit-on-probe", "silent-on-probe"})
  void legacyServersThatDislikeTheModernGreetingAreFoundOut(String mode) throws Exception {
    String id = registry.registerNode(mode, Npm.script("misbehaving-server.mjs"), mode);
    JsonNode instance = Eventually.healthy(registry, id).at("/upstream/0");
    assertThat(instance.at("/server/era").asText()).isEqualTo("legacy");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").has("error")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "null-result, no object",
    "escape, exited with code 1",
    "garbage, did not answer",
    "wrong-id, did not answer",
    "never, did not answer",
    "half, may have run",
    "endless, may have run"
  })
  void aServerThatMisbehavesCostsItsCallerATimelyError(String mode, String message)
      throws Exception {
    String id = registry.registerNode("bad-" + mode, Npm.script("misbehaving-server.mjs"), mode);
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").get("error").toString()).contains(message);
    }
    Eventually.until(() -> registry.connection(id).at("/metrics/errorRate").asDouble() == 1);
    Eventually.healthy(registry, id);
  }

  @Test
  void whoLeavesTheGroupEndsWithItsConnection() throws Exception {
    String id = registry.registerNode("escapes", Npm.script("misbehaving-server.mjs"), "escape");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      client.call("go", "{}");
    }
    Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 1);
    Eventually.until(() ->
        ProcessHandle.allProcesses()
            .noneMatch(p -> p.info().commandLine().orElse("").endsWith("sleep 300")));
  }

  @Test
  void aServerThatDoesNotListenIsStartedAgain() throws Exception {
    String id =
        registry.register(
            """
            {"name": "deaf", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "deaf"]},
             "healthCheck": {"timeout": 300}}
            """
                .formatted(Npm.script("misbehaving-server.mjs")));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").has("error")).isFalse();
      Eventually.until(() -> {
        registry.post("/connections/" + id + "/health-check", "", 200);
        return registry.connection(id).at("/upstream/0/restarts").asInt() > 0;
      });
    }
  }

  @Test
  void whatAServerSaysAtItsEndReachesClientsWithoutItsSecrets() throws Exception {
    String id =
        registry.register(
            """
            {"name": "blab", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "blab"],
               "env": {"TOKEN": "${ALLOWED_SECRET}"}}}
            """
                .formatted(Npm.script("misbehaving-server.mjs")));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").get("error").toString())
          .contains("bad token ***")
          .doesNotContain("s3cr3t-value");
    }
  }

  @Test
  void sessionsKeepTheirSubscriptionsOverACrash() throws Exception {
    String id = registry.registerNode("resubscribes", Npm.script("legacy-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect("");
      client.send("{'op':'subscribe','uri':'test://static'}");
      client.call("crash", "{}");
      Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 1);
      client.call("touch", "{}");
      assertThat(
              client
                  .send(
                      "{'op':'waitNotification','method':'notifications/resources/updated','timeout':5000}")
                  .has("notification"))
          .isTrue();
    }
  }

  @Test
  void aClientThatLeavesWhileItWaitsLeavesNothingBehind() throws Exception {
    int port = RegistryProcess.freePort();
    String id = registry.registerHttp("late", "http://127.0.0.1:" + port + "/mcp");
    Eventually.status(registry, id, "error");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.send("{'op':'connect','timeout':300}");
    }
    try (HttpMcpServer server = HttpMcpServer.start("modern-server.mjs", port, Map.of())) {
      assertThat(server.port()).isEqualTo(port);
      Eventually.healthy(registry, id);
      assertThat(registry.connection(id).at("/metrics/activeConnections").asInt()).isZero();
      long began = System.nanoTime();
      registry.send("DELETE", "/connections/" + id, "");
      assertThat(System.nanoTime() - began).isLessThan(20_000_000_000L);
    }
  }

  @Test
  void anOpenStreamEndsWithItsConnectionAndHoldsNothingUp() throws Exception {
    try (HttpMcpServer server = HttpMcpServer.modern()) {
      String id = registry.registerHttp("streams", server.url());
      Eventually.healthy(registry, id);
      var stream =
          CompletableFuture.supplyAsync(() -> {
            try {
              return listen(id);
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      Eventually.until(() -> registry.connection(id).at("/metrics/totalRequests").asInt() == 1);
      assertThat(registry.connection(id).at("/metrics/activeConnections").asInt()).isZero();
      registry.send("DELETE", "/connections/" + id, "");
      assertThat(stream.handle((_, _) -> true).get(5, java.util.concurrent.TimeUnit.SECONDS))
          .isTrue();
    }
  }

  private static RegistryProcess.Answer listen(String id) throws Exception {
    return registry.send(
        registry
            .request("/connections/" + id + "/mcp")
            .header("X-API-Key", registry.key())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", "subscriptions/listen")
            .POST(
                java.net.http.HttpRequest.BodyPublishers.ofString(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscriptions/listen\",\"params\":"
                        + "{\"notifications\":{\"toolsListChanged\":true},\"_meta\":"
                        + "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                        + "\"io.modelcontextprotocol/clientCapabilities\":{}}}}")));
  }

  private static HttpMcpServer misbehaving(String mode) throws Exception {
    return HttpMcpServer.start("misbehaving-http.mjs", 0, Map.of("MODE", mode));
  }

  @Test
  void aSessionThatTheServerHasForgottenIsOpenedAgain() throws Exception {
    try (HttpMcpServer server = misbehaving("stale")) {
      String id = registry.registerHttp("stale", server.url());
      Eventually.healthy(registry, id);
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        client.call("forget", "{}");
        Eventually.until(() -> client.call("go", "{}").has("result"));
      }
    }
  }

  @Test
  void aCallThatMeetsAForgottenSessionGoesOnInTheNextOne() throws Exception {
    try (HttpMcpServer server = misbehaving("stale")) {
      String id = registry.registerHttp("renewed", server.url());
      JsonNode opened = Eventually.healthy(registry, id);
      Instant stands = Instant.parse(opened.at("/upstream/0/openedAt").asText()).plusSeconds(1);
      Eventually.until(() -> Instant.now().isAfter(stands));
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        client.call("forget", "{}");
        assertThat(client.call("go", "{}").has("result")).isTrue();
      }
      JsonNode after = registry.connection(id);
      assertThat(after.at("/metrics/errorRate").asDouble()).isZero();
      assertThat(after.at("/upstream/0/restarts").asInt()).isEqualTo(1);
      assertThat(registry.log()).noneMatch(line -> line.contains("renewed (" + id + ") is down"));
    }
  }

  @Test
  void aCallThatIsAlwaysRefusedIsSentOnlySoOften() throws Exception {
    try (HttpMcpServer server = misbehaving("amnesia")) {
      String id = registry.registerHttp("amnesia", server.url());
      Eventually.soon()
          .until(
              () -> registry.connection(id),
              c -> c.at("/upstream/0/server/name").asText().equals("misbehaving-http"));
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.send("{'op':'connect','timeout':30000}");
        assertThat(client.call("go", "{}").get("error").toString())
            .contains("the call did not reach it");
      }
      Eventually.until(() -> server.errors().size() >= 2);
      assertThat(server.errors()).hasSizeLessThanOrEqualTo(6);
    }
  }

  @Test
  void aServerThatDiesOfTheModernGreetingIsStartedOnlyOnceAfterItsFirstStart() throws Exception {
    Path starts = Files.createTempFile(folder, "starts", "");
    String id =
        registry.register(
            """
            {"name": "touchy", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "sh",
               "args": ["-c", "echo start >> '%s'; exec node '%s' exit-on-probe"]}}
            """
                .formatted(starts, Npm.script("misbehaving-server.mjs")));
    JsonNode first = Eventually.healthy(registry, id).at("/upstream/0");
    assertThat(Files.readAllLines(starts)).hasSize(2);
    ProcessHandle.of(first.get("pid").asLong()).orElseThrow().destroyForcibly();
    JsonNode second =
        Eventually.soon()
            .until(
                () -> registry.connection(id).at("/upstream/0"),
                i -> i.get("restarts").asInt() == 1 && i.get("state").asText().equals("open"));
    assertThat(Files.readAllLines(starts)).hasSize(3);
    assertThat(second.at("/server/verdictAt")).isEqualTo(first.at("/server/verdictAt"));
    assertThat(second.at("/server/transport").asText()).isEqualTo("stdio");
  }

  @ParameterizedTest
  @ValueSource(strings = {"revoke", "revoke-text"})
  void credentialsThatAreNoLongerGoodAreNoticed(String mode) throws Exception {
    try (HttpMcpServer server = misbehaving(mode)) {
      String id = registry.registerHttp("revoked-" + mode, server.url());
      Eventually.healthy(registry, id);
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        client.call("go", "{}");
      }
      JsonNode check = registry.post("/connections/" + id + "/health-check", "", 200);
      assertThat(check.at("/health/status").asText()).isEqualTo("unhealthy");
      assertThat(check.at("/health/reason").asText()).isEqualTo("needs-authentication");
    }
  }

  @Test
  void aPageIsNoStreamAndIsNotAskedForAgain() throws Exception {
    try (HttpMcpServer server = misbehaving("landing")) {
      String id = registry.registerHttp("landing", server.url());
      Eventually.healthy(registry, id);
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        client.send("{'op':'waitNotification','method':'none','timeout':3000}");
        assertThat(client.text("gets", "{}")).isEqualTo("1");
      }
      // Its list has two pages.
      assertThat(registry.connection(id).get("capabilities")).hasSize(3);
    }
  }

  @Test
  void connectionsThatTheServerSaysItClosesAreNotUsedAgain() throws Exception {
    try (HttpMcpServer server = misbehaving("close")) {
      String id = registry.registerHttp("closing", server.url());
      Eventually.healthy(registry, id);
      for (int i = 0; i < 100; i++) {
        assertThat(registry.send("POST", "/connections/" + id + "/mcp", initialize()).status())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void npmsEverythingServerRunsOverHttp() throws Exception {
    int port = RegistryProcess.freePort();
    ProcessBuilder builder = new ProcessBuilder("node", Npm.everything(), "streamableHttp");
    builder.environment().put("PORT", Integer.toString(port));
    Process server =
        builder
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      String id = registry.registerHttp("everything-http", "http://127.0.0.1:" + port + "/mcp");
      Eventually.healthy(registry, id);
      try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
        client.connect("'sampling'");
        assertThat(client.text("echo", "{'message':'hi'}")).isEqualTo("Echo: hi");
      }
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        assertThat(client.text("echo", "{'message':'hi'}")).isEqualTo("Echo: hi");
      }
    } finally {
      server.destroyForcibly();
    }
  }

  @Test
  void onlySoManyClientsHaveAnInstanceOfTheirOwn() throws Exception {
    String id = registry.registerNode("own", Npm.script("legacy-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient first = McpClient.legacy(registry.mcp(id), registry.key());
        McpClient second = McpClient.legacy(registry.mcp(id), registry.key());
        McpClient third = McpClient.legacy(registry.mcp(id), registry.key())) {
      for (McpClient client : List.of(first, second)) {
        client.connect("'roots'");
        assertThat(client.text("roots", "{}")).contains("file:///tmp");
      }
      third.connect("'roots'");
      assertThat(third.call("roots", "{}").get("error").toString()).contains("max-own-instances");
      first.send("{'op':'close'}");
      Eventually.until(() -> !third.call("roots", "{}").has("error"));
      assertThat(third.text("roots", "{}")).contains("file:///tmp");
    }
  }

  @Test
  void aFloodOnTheErrorStreamIsBounded() throws Exception {
    String id = registry.registerNode("flood", Npm.script("misbehaving-server.mjs"), "flood");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("go", "{}").has("error")).isFalse();
    }
    assertThat(registry.connection(id).at("/upstream/0/stderr").toString().length())
        .isLessThan(20_000);
  }

  @Test
  void aCrashedServerIsStartedAgainAndItsCatalogueReadAgain() throws Exception {
    String id = registry.registerNode("crashes", Npm.script("modern-server.mjs"), "stdio");
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.call("crash", "{}").get("error").toString()).contains("may have run");
      // The next call waits for the new process.
      assertThat(client.text("echo", "{'text':'back'}")).isEqualTo("back");
    }
    JsonNode instance = Eventually.healthy(registry, id).at("/upstream/0");
    assertThat(instance.get("pid").asLong()).isNotEqualTo(pid);
    assertThat(instance.get("restarts").asInt()).isEqualTo(1);
    assertThat(instance.at("/lastFailure/message").asText()).contains("exited with code 3");
    ProcessHandle.of(instance.get("pid").asLong()).orElseThrow().destroyForcibly();
    Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 2);
  }

  @Test
  void aCommandThatIsNotThereIsAnErrorWithTheNextAttempt() throws Exception {
    String id =
        registry.register(
            """
            {"name": "no-command", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "no-such-command"}}
            """);
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/status").asText()).isEqualTo("unhealthy");
    assertThat(connection.at("/health/reason").asText()).isEqualTo("configuration");
    assertThat(connection.at("/health/message").asText()).contains("no-such-command");
    Eventually.until(() -> registry.connection(id).at("/upstream/0").has("nextAttemptAt"));
    var call = registry.send("POST", "/connections/" + id + "/mcp", initialize());
    assertThat(call.status()).isEqualTo(503);
    assertThat(call.body().at("/error/message").asText()).contains("no-such-command");
  }

  private static String initialize() {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":"
        + "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},"
        + "\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}}";
  }

  @Test
  void secretsAreResolvedForTheChildAndShownToNobody() throws Exception {
    String id =
        registry.register(
            """
            {"name": "secretive", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "stdio", "--token", "${ALLOWED_SECRET}"],
               "env": {"TOKEN": "${ALLOWED_SECRET}", "LITERAL_PASSWORD": "hunter22", "MODE": "x"}}}
            """
                .formatted(Npm.everything()));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect("");
      JsonNode environment = new ObjectMapper().readTree(client.text("get-env", "{}"));
      assertThat(environment.get("TOKEN").asText()).isEqualTo("s3cr3t-value");
      assertThat(environment.has("NOT_ALLOWED_SECRET")).isFalse();
      assertThat(environment.has("MCP_REGISTRY_SECRETS")).isFalse();
      assertThat(environment.has("PATH")).isTrue();
    }
    for (String path : new String[] {"/connections", "/connections/" + id, "/registry/export"}) {
      String shown = registry.send("GET", path, "").raw().body();
      assertThat(shown).contains("${ALLOWED_SECRET}").contains("\"MODE\":\"***\"");
      assertThat(shown).doesNotContain("s3cr3t-value").doesNotContain("hunter22");
    }
    assertThat(registry.log().toString()).doesNotContain("s3cr3t-value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NOT_ALLOWED_SECRET", "UNSET_SECRET"})
  void aSecretThatIsNotToBeHadIsNamed(String name) throws Exception {
    String id =
        registry.register(
            """
            {"name": "wants-%s", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["${%s}"]}}
            """
                .formatted(name, name));
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/message").asText())
        .contains(name)
        .doesNotContain("other-value");
  }

  @Test
  void whatAServerWritesOfItsSecretsIsMasked() throws Exception {
    String id =
        registry.register(
            """
            {"name": "blabbers", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node",
               "args": ["-e", "console.error('my token is ' + process.env.T); process.exit(7)"],
               "env": {"T": "${ALLOWED_SECRET}"}}}
            """);
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/message").asText())
        .contains("exited with code 7")
        .contains("my token is ***");
    assertThat(connection.at("/upstream/0/stderr").toString()).contains("my token is ***");
    assertThat(connection.toString()).doesNotContain("s3cr3t-value");
    assertThat(registry.log().toString()).doesNotContain("s3cr3t-value");
  }

  @Test
  void anHttpServerThatGoesAndComesIsLostAndFoundAgain() throws Exception {
    HttpMcpServer first = HttpMcpServer.legacy();
    int port = first.port();
    String id =
        registry.register(
            """
            {"name": "comes-and-goes", "type": "server", "protocol": "http",
             "endpoint": {"url": "%s"}, "healthCheck": {"interval": 1}}
            """
                .formatted(first.url()));
    Eventually.healthy(registry, id);
    Eventually.until(() -> registry.connection(id).at("/health/checksPerformed").asInt() >= 2);
    first.close();
    JsonNode lost = Eventually.status(registry, id, "error");
    assertThat(lost.at("/health/reason").asText()).isIn("unreachable", "exited");
    try (HttpMcpServer second = HttpMcpServer.start("legacy-server.mjs", port, Map.of())) {
      assertThat(Eventually.status(registry, id, "active").at("/health/status").asText())
          .isEqualTo("healthy");
      try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
        client.connect("");
        assertThat(client.text("echo", "{'text':'again'}")).isEqualTo("again");
      }
      assertThat(second.port()).isEqualTo(port);
    }
  }

  @Test
  void needsAuthenticationIsNotDown() throws Exception {
    try (HttpMcpServer server =
        HttpMcpServer.start(
            "legacy-server.mjs", 0, Map.of("LEGACY_REQUIRE_TOKEN", "s3cr3t-value"))) {
      String id = registry.registerHttp("guarded", server.url());
      JsonNode refused = Eventually.status(registry, id, "error");
      assertThat(refused.at("/health/reason").asText()).isEqualTo("needs-authentication");
      var patched =
          registry.send(
              "PATCH",
              "/connections/" + id,
              "{\"endpoint\":{\"headers\":{\"Authorization\":\"Bearer ${ALLOWED_SECRET}\"}}}");
      assertThat(patched.status()).isEqualTo(200);
      assertThat(patched.body().at("/endpoint/url").asText()).isEqualTo(server.url());
      Eventually.healthy(registry, id);
      try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
        client.connect("");
        assertThat(client.text("echo", "{'text':'let in'}")).isEqualTo("let in");
      }
    }
  }

  @Test
  void disconnectingLetsCallsInFlightEndUnlessForced() throws Exception {
    String id = registry.registerNode("drained", Npm.script("modern-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      CompletableFuture<JsonNode> slow = slowCall(client);
      Eventually.until(() -> registry.connection(id).at("/metrics/activeConnections").asInt() == 1);
      registry.send("DELETE", "/connections/" + id, "");
      assertThat(slow.join().has("result")).isTrue();
    }
    String forced = registry.registerNode("forced", Npm.script("modern-server.mjs"), "stdio");
    Eventually.healthy(registry, forced);
    try (McpClient client = McpClient.modern(registry.mcp(forced), registry.key())) {
      client.connect("");
      CompletableFuture<JsonNode> slow = slowCall(client);
      Eventually.until(
          () -> registry.connection(forced).at("/metrics/activeConnections").asInt() == 1);
      registry.send("DELETE", "/connections/" + forced + "?force=true", "");
      assertThat(slow.join().get("error").toString()).contains("may have run");
    }
  }

  private static CompletableFuture<JsonNode> slowCall(McpClient client) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return client.call("slow", "{'ms':1500}");
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "'sampling'"})
  void disconnectingLetsTheCallsOfSessionsEnd(String features) throws Exception {
    String name = "session-drained" + features.replace("'", "");
    String id = registry.registerNode(name, Npm.script("legacy-server.mjs"), "stdio");
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect(features);
      CompletableFuture<JsonNode> slow = slowCall(client);
      Eventually.until(() -> registry.connection(id).at("/metrics/activeConnections").asInt() == 1);
      registry.send("DELETE", "/connections/" + id, "");
      assertThat(slow.join().has("result")).isTrue();
      assertThat(client.call("echo", "{'text':'late'}").has("error")).isTrue();
    }
  }

  @Test
  void anIdleConnectionTakesNoCallsUntilItIsActiveAgain() throws Exception {
    String id = registry.registerNode("resting", Npm.script("modern-server.mjs"), "stdio");
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"idle\"}");
    assertThat(registry.send("POST", "/connections/" + id + "/mcp", initialize()).status())
        .isEqualTo(503);
    registry.send("PATCH", "/connections/" + id, "{\"status\":\"active\"}");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.text("echo", "{'text':'awake'}")).isEqualTo("awake");
    }
    assertThat(registry.connection(id).at("/upstream/0/pid").asLong()).isEqualTo(pid);
  }

  @Test
  void aChangedEndpointIsOpenedAgain() throws Exception {
    String id = registry.registerNode("moved", Npm.memory());
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    registry.send(
        "PATCH",
        "/connections/" + id,
        "{\"endpoint\":{\"args\":[\"" + Npm.script("modern-server.mjs") + "\",\"stdio\"]}}");
    Eventually.until(() ->
        registry.connection(id).at("/upstream/0/server/name").asText().equals("modern-server"));
    Eventually.until(
        () -> registry.connection(id).get("capabilities").toString().contains("\"add\""));
    Eventually.until(() -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  void severalInstancesShareTheCalls() throws Exception {
    String id =
        registry.register(
            """
            {"name": "twins", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s"]}, "instances": {"min": 2}}
            """
                .formatted(Npm.script("stubborn-server.mjs")));
    Eventually.until(() ->
        registry.connection(id).at("/upstream/0/state").asText().equals("open")
            && registry.connection(id).at("/upstream/1/state").asText().equals("open"));
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      Set<String> seen = new HashSet<>();
      // Which one of two that have nothing to do is left to chance.
      for (int i = 0; i < 60 && seen.size() < 2; i++) {
        seen.add(client.text("pid", "{}"));
      }
      assertThat(seen).hasSize(2);
    }
    registry.send("DELETE", "/connections/" + id + "?force=true", "");
  }
}
