package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.HttpMcpServer;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers over HTTP that forget sessions, refuse, misbehave, go and come back. */
class HttpSupervisionIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  /** Where the server is that wants a token, which is bound to its origin. */
  static int guardedPort;

  @BeforeAll
  static void start() throws Exception {
    guardedPort = RegistryProcess.freePort();
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_UPSTREAM_PROBE_TIMEOUT", "500ms",
                "MCP_REGISTRY_GATEWAY_CALL_TIMEOUT", "2s",
                "MCP_REGISTRY_GATEWAY_OPEN_PATIENCE", "5s",
                "MCP_REGISTRY_SECRETS", "ALLOWED_SECRET@http://127.0.0.1:" + guardedPort,
                "ALLOWED_SECRET", "s3cr3t-value"));
  }

  @AfterAll
  static void stop() {
    registry.close();
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
  void needsAuthenticationIsNotDown() throws Exception {
    try (HttpMcpServer server =
        HttpMcpServer.start(
            "legacy-server.mjs", guardedPort, Map.of("LEGACY_REQUIRE_TOKEN", "s3cr3t-value"))) {
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
        assertThat(RawClient.greet(registry, id).status()).isEqualTo(200);
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
}
