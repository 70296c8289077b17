package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How often a key, a pool and an address may ask, and what a key may have open. */
class RateLimitIT {
  private static final String SESSIONS_PER_KEY = "MCP_REGISTRY_GATEWAY_MAX_SESSIONS_PER_KEY";

  private static final String HELLO =
      RawClient.message(
          "1", "initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");

  @TempDir Path folder;

  private RegistryProcess start(Map<String, String> settings) throws Exception {
    return RegistryProcess.start(folder, settings);
  }

  @Test
  void aKeyHasAsManyRequestsOnBothPlanes() throws Exception {
    try (RegistryProcess registry =
        start(
            Map.of(
                "MCP_REGISTRY_LIMITS_REQUESTS_PER_KEY", "1",
                "MCP_REGISTRY_LIMITS_BURST_PER_KEY", "400"))) {
      String id = TestServers.stdio(registry, "s", Era.MODERN);
      RawClient client = RawClient.ofConnection(registry, id);
      RawClient.Said said = client.callModern("echo", "{\"text\":\"x\"}");
      assertThat(said.status()).isEqualTo(200);
      for (int i = 0; i < 410 && said.status() == 200; i++) {
        said = client.callModern("echo", "{\"text\":\"x\"}");
      }
      assertThat(said.status()).isEqualTo(429);
      assertThat(said.code()).isEqualTo(-32053);
      assertThat(Integer.parseInt(said.header("retry-after"))).isBetween(1, 2);
      assertThat(said.body()).contains("1 requests per second (limits.requests-per-key)");
      RawClient.Said greeted = RawClient.send(client.initializing("{}"));
      for (int i = 0; i < 5 && greeted.status() == 200; i++) {
        greeted = RawClient.send(client.initializing("{}"));
      }
      assertThat(greeted.status()).isEqualTo(429);
      var control = registry.send("GET", "/connections", "");
      for (int i = 0; i < 5 && control.status() == 200; i++) {
        control = registry.send("GET", "/connections", "");
      }
      assertThat(control.status()).isEqualTo(429);
      assertThat(control.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:rate-limited");
      assertThat(control.body().get("detail").asText()).contains("limits.requests-per-key");
      assertThat(control.header("retry-after")).isNotEmpty();
      try (McpSocket socket = new McpSocket(registry, "/connections/" + id + "/mcp", "mcp")) {
        JsonNode answer = socket.initialize("{}");
        for (int i = 0; i < 5 && !answer.has("error"); i++) {
          answer = socket.request("ping", "{}");
        }
        assertThat(answer.at("/error/code").asInt()).isEqualTo(-32053);
      }
      assertThat(registry.send(registry.request("/health/live")).status()).isEqualTo(200);
    }
  }

  @Test
  void aPoolHasAsManyWhoeverAsks() throws Exception {
    try (RegistryProcess registry = start(Map.of("MCP_REGISTRY_LIMITS_REQUESTS_PER_POOL", "3"))) {
      RawClient one =
          RawClient.ofConnection(registry, TestServers.stdio(registry, "s", Era.MODERN));
      TestServers.stdio(registry, "other", Era.MODERN);
      RawClient pool = RawClient.ofPool(registry, "s");
      RawClient other = RawClient.ofPool(registry, "other");
      RawClient.Said said = one.callModern("echo", "{\"text\":\"x\"}");
      for (int i = 0; i < 200 && said.status() == 200; i++) {
        said = (i % 2 == 0 ? pool : one).callModern("echo", "{\"text\":\"x\"}");
      }
      assertThat(said.status()).isEqualTo(429);
      assertThat(said.body()).contains("3 requests per second (limits.requests-per-pool)");
      assertThat(other.callModern("echo", "{\"text\":\"x\"}").status()).isEqualTo(200);
    }
  }

  @Test
  void whoGuessesKeysIsToldToStopAndTheRightOneIsLetIn() throws Exception {
    try (RegistryProcess registry = start(Map.of("MCP_REGISTRY_LIMITS_FAILED_LOGINS", "5"))) {
      for (String path : new String[] {"/connections", "/mcp"}) {
        int status = 401;
        for (int i = 0; i < 10; i++) {
          status = registry.send(registry.request(path).header("X-API-Key", "wrong" + i)).status();
        }
        assertThat(status).isEqualTo(429);
      }
      var guess = registry.send(registry.request("/connections").header("X-API-Key", "wrong"));
      assertThat(guess.body().get("type").asText())
          .isEqualTo("urn:mcp-registry:problem:too-many-failures");
      assertThat(guess.header("retry-after")).isNotEmpty();
      assertThat(registry.send("GET", "/connections", "").status()).isEqualTo(200);
      assertThat(registry.send(registry.request("/connections")).status()).isEqualTo(401);
    }
  }

  @Test
  void aKeyHasAsManySessionsAndStreams() throws Exception {
    try (RegistryProcess registry = start(Map.of(SESSIONS_PER_KEY, "2"))) {
      String id = TestServers.stdio(registry, "s", Era.MODERN);
      RawClient client = RawClient.ofConnection(registry, id);
      String other = registry.makeKey("other", "call", "");
      String session = client.initialize("{}");
      try (InputStream stream = sse(registry, id)) {
        assertThat(stream.read()).isPositive();
        RawClient.Said third = RawClient.send(client.initializing("{}"));
        assertThat(third.status()).isEqualTo(429);
        assertThat(third.code()).isEqualTo(-32053);
        assertThat(third.body()).contains("2 sessions and streams", "max-sessions-per-key");
        assertThat(registry.send("GET", "/connections/" + id + "/sse", "").status()).isEqualTo(429);
        try (McpSocket socket =
            new McpSocket(other, registry, "/connections/" + id + "/mcp", "mcp")) {
          assertThat(socket.initialize("{}").has("result")).isTrue();
        }
        client.end(session);
        client.end(client.initialize("{}"));
      }
      client.initialize("{}");
      Eventually.until(() -> RawClient.send(client.initializing("{}")).status() == 200);
    }
  }

  @Test
  @Timeout(60)
  void aMessageThatComesAfterItsStreamBeginsNoSession() throws Exception {
    try (RegistryProcess registry = start(Map.of(SESSIONS_PER_KEY, "2"))) {
      String id = TestServers.stdio(registry, "s", Era.MODERN);
      RawClient client = RawClient.ofConnection(registry, id);
      try (RawSocket late = new RawSocket(registry)) {
        try (BufferedReader events =
            new BufferedReader(new InputStreamReader(sse(registry, id), UTF_8))) {
          events.readLine();
          late.write(
              "POST %s HTTP/1.1\r\nhost: localhost\r\nx-api-key: %s\r\ncontent-length: %d\r\n\r\n"
                  .formatted(
                      events.readLine().substring("data: ".length()),
                      registry.key(),
                      HELLO.length()));
        }
        // Both places are free again: the registry knows that the stream is gone.
        String session = client.initialize("{}");
        Eventually.until(() -> {
          RawClient.Said second = RawClient.send(client.initializing("{}"));
          if (second.status() == 200) {
            client.end(second.header("mcp-session-id"));
          }
          return second.status() == 200;
        });
        late.write(HELLO);
        assertThat(late.until("}")).startsWith("HTTP/1.1 404 ");
        client.end(session);
      }
      client.initialize("{}");
      assertThat(RawClient.send(client.initializing("{}")).status()).isEqualTo(200);
    }
  }

  @Test
  @Timeout(60)
  void aStreamThatTheRegistryEndsIsGivenBack() throws Exception {
    try (RegistryProcess registry = start(Map.of(SESSIONS_PER_KEY, "2"))) {
      String gone = TestServers.stdio(registry, "gone", Era.MODERN);
      String left = TestServers.stdio(registry, "left", Era.MODERN);
      try (BufferedReader events =
          new BufferedReader(new InputStreamReader(sse(registry, gone), UTF_8))) {
        assertThat(events.readLine()).isEqualTo("event: endpoint");
        String path = events.readLine().substring("data: ".length());
        assertThat(registry.send("POST", path, HELLO).status()).isEqualTo(202);
        assertThat(events.readLine()).isEmpty();
        assertThat(events.readLine()).contains("message");
        registry.send("DELETE", "/connections/" + gone, "");
        assertThat(events.lines().filter(line -> line.startsWith("event"))).isEmpty();
      }
      RawClient client = RawClient.ofConnection(registry, left);
      client.initialize("{}");
      client.initialize("{}");
      assertThat(RawClient.send(client.initializing("{}")).status()).isEqualTo(429);
    }
  }

  private static InputStream sse(RegistryProcess registry, String id)
      throws IOException, InterruptedException {
    var request = registry.request("/connections/" + id + "/sse");
    request.header("X-API-Key", registry.key());
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofInputStream()).body();
  }
}
