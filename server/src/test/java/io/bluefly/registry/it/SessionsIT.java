package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What clients' sessions are worth, which of them share an upstream session, and how many there
 * are.
 */
class SessionsIT {
  private static final int OWN_INSTANCES = 2;
  private static final int OWN_SESSIONS = 10;
  private static final int SESSION_NOT_FOUND = -32001;
  private static final String FORM = "{\"elicitation\":{\"form\":{}}}";
  private static final String SAMPLING = "{\"sampling\":{}}";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer legacy;
  static TestServer counted;
  static TestServer busy;
  static TestServer modern;
  static RawClient overHttp;
  static RawClient overCounted;
  static RawClient overBusy;
  static RawClient overStdio;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_GATEWAY_MAX_OWN_INSTANCES",
                Integer.toString(OWN_INSTANCES),
                "MCP_REGISTRY_GATEWAY_MAX_OWN_SESSIONS",
                Integer.toString(OWN_SESSIONS)));
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    counted = TestServer.start(Era.LEGACY, Transport.HTTP);
    busy = TestServer.start(Era.LEGACY, Transport.HTTP);
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    overHttp =
        RawClient.ofConnection(registry, TestServers.network(registry, "legacy-http", legacy));
    overStdio =
        RawClient.ofConnection(registry, TestServers.stdio(registry, "legacy-stdio", Era.LEGACY));
    // Only for those who count its sessions: what others have ended may still be open there.
    overCounted =
        RawClient.ofConnection(registry, TestServers.network(registry, "counted", counted));
    overBusy = RawClient.ofConnection(registry, TestServers.network(registry, "busy", busy));
    TestServers.network(registry, "modern-http", modern);
  }

  @AfterAll
  static void stop() {
    registry.close();
    legacy.close();
    counted.close();
    busy.close();
    modern.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/connections/ID/mcp", "/pools/legacy-http/mcp", "/mcp"})
  void onlyWhatTheRegistryHasGivenOutIsASession(String path) throws Exception {
    String id = registry.get("/connections?name=legacy-http").at("/connections/0/id").asText();
    RawClient client = new RawClient(registry, path.replace("ID", id));
    String session = client.initialize("{}");
    String list = RawClient.message("1", "tools/list", "{}");
    assertThat(RawClient.send(client.inSession(session, list)).status()).isEqualTo(200);
    int middle = session.length() / 2;
    char other = session.charAt(middle) == 'x' ? 'y' : 'x';
    for (String forged :
        List.of(
            "x",
            "00000000-0000-0000-0000-000000000000",
            session + "A",
            session.substring(1),
            session.substring(0, middle),
            session.substring(0, middle) + other + session.substring(middle + 1))) {
      Said said = RawClient.send(client.inSession(forged, list));
      assertThat(said.status()).as(forged).isEqualTo(404);
      assertThat(said.code()).isEqualTo(SESSION_NOT_FOUND);
      assertThat(client.end(forged).status()).isEqualTo(404);
      assertThat(RawClient.send(client.request().header("Mcp-Session-Id", forged).GET()).status())
          .isEqualTo(404);
    }
    RawClient elsewhere = RawClient.ofPool(registry, "busy");
    assertThat(RawClient.send(elsewhere.inSession(session, list)).status()).isEqualTo(404);
    assertThat(elsewhere.end(session).status()).isEqualTo(404);
    for (HttpRequest.Builder without :
        List.of(client.post(list), client.request().GET(), client.request().DELETE())) {
      Said said = RawClient.send(without);
      assertThat(said.status()).isEqualTo(400);
      assertThat(said.json().at("/error/message").asText()).contains("Mcp-Session-Id");
    }
    assertThat(RawClient.send(client.inSession(session, list)).status()).isEqualTo(200);
    assertThat(client.end(session).status()).isEqualTo(204);
    assertThat(RawClient.send(client.inSession(session, list)).status()).isEqualTo(404);
    assertThat(client.end(session).status()).isEqualTo(404);
  }

  @Test
  void clientsWithoutFeaturesShareASession() throws Exception {
    int before = counted.sessionsOpen();
    List<String> shared = new ArrayList<>();
    for (RawClient client :
        List.of(overCounted, overCounted, RawClient.ofPool(registry, "counted"))) {
      String session = client.initialize("{}");
      shared.add(WhoAmI.legacy(client, session).get("sessionId").asText());
      client.end(session);
    }
    assertThat(shared).doesNotContain("").containsOnly(shared.getFirst());
    assertThat(counted.sessionsOpen()).isEqualTo(before);
  }

  @Test
  void aClientWithSamplingHasASessionThatEndsWithItsOwn() throws Exception {
    String plain = overCounted.initialize("{}");
    String shared = WhoAmI.legacy(overCounted, plain).get("sessionId").asText();
    int before = counted.sessionsOpen();
    for (RawClient client : List.of(overCounted, RawClient.ofPool(registry, "counted"))) {
      String session = client.initialize(SAMPLING);
      JsonNode seen = WhoAmI.legacy(client, session);
      assertThat(seen.get("sessionId").asText()).isNotEqualTo(shared);
      assertThat(seen.at("/clientCapabilities").has("sampling")).isTrue();
      assertThat(seen.at("/clientInfo/name").asText()).isEqualTo("raw");
      assertThat(WhoAmI.legacy(client, session)).isEqualTo(seen);
      assertThat(counted.sessionsOpen()).isEqualTo(before + 1);
      client.end(session);
      Eventually.until(() -> counted.sessionsOpen() == before);
    }
    overCounted.end(plain);
  }

  @Test
  void aClientWithSamplingHasAProcessThatEndsWithItsSession() throws Exception {
    String plain = overStdio.initialize("{}");
    long shared = WhoAmI.legacy(overStdio, plain).get("processId").asLong();
    String session = overStdio.initialize(SAMPLING);
    long own = WhoAmI.legacy(overStdio, session).get("processId").asLong();
    assertThat(own).isNotEqualTo(shared);
    overStdio.end(session);
    Eventually.until(() -> ProcessHandle.of(own).isEmpty());
    assertThat(WhoAmI.legacy(overStdio, plain).get("processId").asLong()).isEqualTo(shared);
    overStdio.end(plain);
  }

  @Test
  void thereIsALimitOfProcessesForClientsAlone() throws Exception {
    limited(overStdio, OWN_INSTANCES, "gateway.max-own-instances");
  }

  @Test
  void thereIsALimitOfSessionsForClientsAlone() throws Exception {
    limited(overHttp, OWN_SESSIONS, "gateway.max-own-sessions");
  }

  private static void limited(RawClient client, int limit, String setting) throws Exception {
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < limit; i++) {
      String session = client.initialize(SAMPLING);
      WhoAmI.legacy(client, session);
      sessions.add(session);
    }
    String late = client.initialize(SAMPLING);
    Said full = client.callLegacy(late, "who_am_i", "{}");
    assertThat(full.status()).as(full.toString()).isEqualTo(503);
    assertThat(full.header("retry-after")).isNotEmpty();
    assertThat(full.json().at("/error/message").asText()).contains(setting);
    Said modernFull = RawClient.send(client.modernCall("who_am_i", "{}", SAMPLING, ""));
    assertThat(modernFull.status()).as(modernFull.toString()).isEqualTo(503);
    assertThat(modernFull.json().at("/error/message").asText())
        .contains(setting)
        .doesNotContain("Exception");
    // Who needs no session alone is not concerned.
    assertThat(client.callModern("echo", "{}").status()).isEqualTo(200);
    client.end(sessions.removeFirst());
    Eventually.until(() -> client.callLegacy(late, "who_am_i", "{}").status() == 200);
    client.end(late);
    for (String session : sessions) {
      client.end(session);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", SAMPLING})
  void aSessionMaySubscribeToSoMuch(String capabilities) throws Exception {
    String session = overBusy.initialize(capabilities);
    for (String uri : List.of("test://" + "x".repeat(8 * 1024), "")) {
      String params = uri.isEmpty() ? "{}" : "{\"uri\":\"" + uri + "\"}";
      Said said =
          RawClient.send(
              overBusy.inSession(session, RawClient.message("1", "resources/subscribe", params)));
      assertThat(said.code()).as(said.toString()).isEqualTo(-32602);
    }
    for (int i = 0; i <= 100; i++) {
      String params = "{\"uri\":\"test://template/" + i + "/data\"}";
      Said said =
          RawClient.send(
              overBusy.inSession(session, RawClient.message("1", "resources/subscribe", params)));
      assertThat(said.code()).as(said.toString()).isEqualTo(i < 100 ? 0 : -32602);
    }
    overBusy.end(session);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", SAMPLING})
  void aRequestWithTheIdOfAnOpenOneIsRefused(String capabilities) throws Exception {
    String session = overBusy.initialize(capabilities);
    long before = slowCalls();
    CompletableFuture<Said> first =
        RawClient.sendAsync(overBusy.legacyCall(session, "7", "slow", "{\"ms\":3000}"));
    Eventually.until(() -> slowCalls() > before);
    Said second = RawClient.send(overBusy.legacyCall(session, "7", "echo", "{}"));
    assertThat(second.code()).as(second.toString()).isEqualTo(-32600);
    assertThat(first.join().content()).contains("Waited");
    assertThat(RawClient.send(overBusy.legacyCall(session, "7", "echo", "{}")).status())
        .isEqualTo(200);
    overBusy.end(session);
  }

  private static long slowCalls() {
    return busy.requests().stream().filter(r -> r.body().contains("\"slow\"")).count();
  }

  @Test
  void aClientThatCanNotAnswerAllIsAskedNothing() throws Exception {
    RawClient client = RawClient.ofPool(registry, "modern-http");
    String session = client.initialize(FORM);
    Said said = client.callLegacy(session, "test_input_required_result_multiple_inputs", "{}");
    assertThat(said.code()).as(said.toString()).isEqualTo(-32021);
    assertThat(said.body()).doesNotContain("elicitation/create");
    client.end(session);
  }

  @Test
  void onlyKnownVersionsAndMessagesAreTaken() throws Exception {
    String session = overBusy.initialize("{}");
    for (String method : List.of("GET", "DELETE")) {
      Said said =
          RawClient.send(
              overBusy
                  .request()
                  .header("Mcp-Session-Id", session)
                  .header("MCP-Protocol-Version", "1999-01-01")
                  .method(method, HttpRequest.BodyPublishers.noBody()));
      assertThat(said.status()).as(said.toString()).isEqualTo(400);
    }
    Said answer =
        RawClient.send(
            overBusy.post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
                "MCP-Protocol-Version",
                RawClient.MODERN_VERSION));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    overBusy.end(session);
  }

  @Test
  void modernClientsHearOfLegacyLogsWhatTheyAskFor() throws Exception {
    for (RawClient client : List.of(overHttp, overStdio)) {
      Said quiet = client.callModern("test_logging_tool", "{}");
      assertThat(quiet.text()).contains("Logged.");
      assertThat(quiet.body()).doesNotContain("notifications/message");
      String level = "\"io.modelcontextprotocol/logLevel\":\"error\"";
      String meta = RawClient.meta("{}").replace("}}", "}," + level + "}");
      Said loud =
          RawClient.send(
              client.modern(
                  "tools/call",
                  "test_logging_tool",
                  "{\"name\":\"test_logging_tool\"," + meta + "}"));
      assertThat(loud.text()).contains("Logged.");
      assertThat(levels(loud)).containsExactly("error", "critical", "alert", "emergency");
      assertThat(client.callModern("test_logging_tool", "{}").body())
          .doesNotContain("notifications/message");
    }
  }

  @Test
  void legacyClientsHearOfModernLogsWhatTheyAskFor() throws Exception {
    RawClient client = RawClient.ofPool(registry, "modern-http");
    String session = client.initialize("{}");
    assertThat(client.callLegacy(session, "test_logging_tool", "{}").body())
        .doesNotContain("notifications/message");
    Said set =
        RawClient.send(
            client.inSession(
                session, RawClient.message("5", "logging/setLevel", "{\"level\":\"error\"}")));
    assertThat(set.json().get("result")).isEmpty();
    Said loud = client.callLegacy(session, "test_logging_tool", "{}");
    assertThat(levels(loud)).containsExactly("error", "critical", "alert", "emergency");
    client.end(session);
  }

  private static List<String> levels(Said said) throws Exception {
    List<String> levels = new ArrayList<>();
    for (String message : said.messages()) {
      JsonNode json = RawClient.JSON.readTree(message);
      if (json.path("method").asText().equals("notifications/message")) {
        levels.add(json.at("/params/level").asText());
      }
    }
    return levels;
  }
}
