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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients' sessions are worth, which of them share an upstream session, and how one ends. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SessionsIT {
  private static final int OWN_INSTANCES = 2;
  private static final int OWN_SESSIONS = 10;
  private static final int AT_ONCE = 20;
  private static final int SESSION_NOT_FOUND = -32001;
  private static final String FORM = "{\"elicitation\":{\"form\":{}}}";
  private static final String SAMPLING = "{\"sampling\":{}}";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer legacy;
  static TestServer counted;
  static TestServer busy;
  static TestServer forgetful;
  static TestServer patient;
  static TestServer modern;
  static RawClient overHttp;
  static RawClient overCounted;
  static RawClient overBusy;
  static RawClient overStdio;
  static Said abandoned;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_GATEWAY_MAX_OWN_INSTANCES", Integer.toString(OWN_INSTANCES),
                "MCP_REGISTRY_GATEWAY_MAX_OWN_SESSIONS", Integer.toString(OWN_SESSIONS),
                "MCP_REGISTRY_GATEWAY_INPUT_PATIENCE", "5s"));
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    counted = TestServer.start(Era.LEGACY, Transport.HTTP);
    busy = TestServer.start(Era.LEGACY, Transport.HTTP);
    forgetful = TestServer.start(Era.LEGACY, Transport.HTTP);
    patient = TestServer.start(Era.LEGACY, Transport.HTTP);
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    overHttp = client(TestServers.network(registry, "legacy-http", legacy));
    overStdio = client(TestServers.stdio(registry, "legacy-stdio", Era.LEGACY));
    // Only for those who count its sessions: what others have ended may still be open there.
    overCounted = client(TestServers.network(registry, "counted", counted));
    overBusy = client(TestServers.network(registry, "busy", busy));
    TestServers.network(registry, "forgetful", forgetful);
    TestServers.network(registry, "patient", patient);
    TestServers.network(registry, "modern-http", modern);
    // Giving up takes a while, during which the other tests run.
    abandoned = RawClient.send(elicit(pool("patient"), "abandoned", ""));
  }

  @AfterAll
  static void stop() {
    registry.close();
    legacy.close();
    counted.close();
    busy.close();
    forgetful.close();
    patient.close();
    modern.close();
  }

  private static RawClient client(String id) throws Exception {
    return new RawClient(registry, "/connections/" + id + "/mcp");
  }

  private static RawClient pool(String name) throws Exception {
    return new RawClient(registry, "/pools/" + name + "/mcp");
  }

  private static JsonNode whoAmI(RawClient client, String session) throws Exception {
    Said said = client.callLegacy(session, "who_am_i", "{}");
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    return said.json().at("/result/structuredContent");
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
    RawClient elsewhere = pool("forgetful");
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
    for (RawClient client : List.of(overCounted, overCounted, pool("counted"))) {
      String session = client.initialize("{}");
      shared.add(whoAmI(client, session).get("sessionId").asText());
      client.end(session);
    }
    assertThat(shared).doesNotContain("").containsOnly(shared.getFirst());
    assertThat(counted.sessionsOpen()).isEqualTo(before);
  }

  @Test
  void aClientWithSamplingHasASessionThatEndsWithItsOwn() throws Exception {
    String plain = overCounted.initialize("{}");
    String shared = whoAmI(overCounted, plain).get("sessionId").asText();
    int before = counted.sessionsOpen();
    for (RawClient client : List.of(overCounted, pool("counted"))) {
      String session = client.initialize(SAMPLING);
      JsonNode seen = whoAmI(client, session);
      assertThat(seen.get("sessionId").asText()).isNotEqualTo(shared);
      assertThat(seen.at("/clientCapabilities").has("sampling")).isTrue();
      assertThat(seen.at("/clientInfo/name").asText()).isEqualTo("raw");
      assertThat(whoAmI(client, session)).isEqualTo(seen);
      assertThat(counted.sessionsOpen()).isEqualTo(before + 1);
      client.end(session);
      Eventually.until(() -> counted.sessionsOpen() == before);
    }
    overCounted.end(plain);
  }

  @Test
  void aClientWithSamplingHasAProcessThatEndsWithItsSession() throws Exception {
    String plain = overStdio.initialize("{}");
    long shared = whoAmI(overStdio, plain).get("processId").asLong();
    String session = overStdio.initialize(SAMPLING);
    long own = whoAmI(overStdio, session).get("processId").asLong();
    assertThat(own).isNotEqualTo(shared);
    overStdio.end(session);
    Eventually.until(() -> ProcessHandle.of(own).isEmpty());
    assertThat(whoAmI(overStdio, plain).get("processId").asLong()).isEqualTo(shared);
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
      whoAmI(client, session);
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

  @Test
  void aSessionThatTheServerForgetsIsOpenedAgainOnce() throws Exception {
    RawClient client = pool("forgetful");
    List<String> sessions = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      sessions.add(client.initialize("{}"));
    }
    String before = whoAmI(client, sessions.getFirst()).get("sessionId").asText();
    long initialized = initialized("");
    forgetful.forgetSessions();
    assertThat(allCalls(client, sessions, "sessionId")).hasSize(1).doesNotContain(before);
    assertThat(initialized("") - initialized).isEqualTo(1);
    for (String session : sessions) {
      client.end(session);
    }
  }

  @Test
  void anOwnSessionThatTheServerForgetsIsOpenedAgainOnce() throws Exception {
    RawClient client = pool("forgetful");
    String session = client.initialize(SAMPLING);
    String before = whoAmI(client, session).get("sessionId").asText();
    long initialized = initialized("sampling");
    forgetful.forgetSessions();
    assertThat(allCalls(client, List.of(session), "sessionId")).hasSize(1).doesNotContain(before);
    assertThat(initialized("sampling") - initialized).isEqualTo(1);
    client.end(session);
  }

  /** How many {@code initialize} with this in them have arrived at the forgetful server. */
  private static long initialized(String with) {
    return forgetful.requests().stream()
        .filter(request -> request.body().contains("\"initialize\""))
        .filter(request -> request.body().contains(with))
        .count();
  }

  /** Many calls at once, none of which may fail; what they say of {@code member}, each once. */
  private static List<String> allCalls(RawClient client, List<String> sessions, String member) {
    List<CompletableFuture<Said>> calls =
        IntStream.range(0, AT_ONCE)
            .mapToObj(i ->
                RawClient.sendAsync(
                    client.legacyCall(
                        sessions.get(i % sessions.size()), Integer.toString(i), "who_am_i", "{}")))
            .toList();
    return calls.stream()
        .map(call -> {
          Said said = call.join();
          assertThat(said.status()).as(said.toString()).isEqualTo(200);
          return said.json().at("/result/structuredContent/" + member).asText();
        })
        .distinct()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", SAMPLING})
  void aKilledProcessIsStartedAgainOnce(String capabilities) throws Exception {
    String session = overStdio.initialize(capabilities);
    long killed = whoAmI(overStdio, session).get("processId").asLong();
    ProcessHandle process = ProcessHandle.of(killed).orElseThrow();
    process.destroyForcibly();
    // Its parent has noticed once it is no process any more, not even a dead one.
    Eventually.until(() -> ProcessHandle.of(killed).isEmpty());
    assertThat(allCalls(overStdio, List.of(session), "processId"))
        .hasSize(1)
        .doesNotContain(Long.toString(killed));
    overStdio.end(session);
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
    RawClient client = pool("modern-http");
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

  private static JsonNode modernWhoAmI(RawClient client, String capabilities, String name)
      throws Exception {
    String info = "\"io.modelcontextprotocol/clientInfo\":{\"name\":\"%s\"}".formatted(name);
    String meta = RawClient.meta(capabilities).replaceFirst("}$", "," + info + "}");
    String params = "{\"name\":\"who_am_i\",\"arguments\":{}," + meta + "}";
    Said said = RawClient.send(client.modern("tools/call", "who_am_i", params));
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    return said.json().at("/result/structuredContent");
  }

  @Test
  void modernClientsThatDeclareTheSameUseOneSessionInTurn() throws Exception {
    JsonNode first = modernWhoAmI(overBusy, "{\"roots\":{}}", "first");
    assertThat(first.at("/clientInfo/name").asText()).isEqualTo("mcp-registry");
    assertThat(modernWhoAmI(overBusy, "{\"roots\":{}}", "second")).isEqualTo(first);
    String many = "{\"roots\":{},\"x\":\"" + "x".repeat(16 * 1024) + "\"}";
    Said refused = RawClient.send(overBusy.modernCall("who_am_i", "{}", many, ""));
    assertThat(refused.code()).as(refused.toString()).isEqualTo(-32602);
  }

  @Test
  void aSessionInWhichTheServerHasAskedServesNoOtherCall() throws Exception {
    String before = modernWhoAmI(overBusy, FORM, "c").get("sessionId").asText();
    Said asked = RawClient.send(elicit(overBusy, "once", ""));
    isAsked(asked, "once");
    Said answered = RawClient.send(elicit(overBusy, "once", answers(asked, "me")));
    assertThat(answered.content()).contains("me");
    assertThat(modernWhoAmI(overBusy, FORM, "c").get("sessionId").asText()).isNotEqualTo(before);
  }

  @Test
  void aSessionInWhichTheServerAsksBetweenCallsServesNoOther() throws Exception {
    String capabilities = "{\"elicitation\":{\"form\":{}},\"x\":1}";
    String before = modernWhoAmI(overBusy, capabilities, "c").get("sessionId").asText();
    busy.emitRequest("elicitation/create", "{\"message\":\"whom?\"}");
    Eventually.until(
        () -> !modernWhoAmI(overBusy, capabilities, "c").get("sessionId").asText().equals(before));
  }

  @Test
  void aModernCallInAForgottenSessionGoesOnInAFreshOne() throws Exception {
    RawClient client = pool("forgetful");
    String before = modernWhoAmI(client, FORM, "c").get("sessionId").asText();
    forgetful.forgetSessions();
    assertThat(modernWhoAmI(client, FORM, "c").get("sessionId").asText()).isNotEqualTo(before);
  }

  private static HttpRequest.Builder elicit(RawClient client, String message, String more) {
    return client.modernCall("test_elicitation", "{\"message\":\"" + message + "\"}", FORM, more);
  }

  /** The members of a retry that answers what {@code asked} asks with {@code user}. */
  private static String answers(Said asked, String user) {
    JsonNode result = asked.json().get("result");
    String key = result.get("inputRequests").fieldNames().next();
    return "\"inputResponses\":{\"%s\":{\"action\":\"accept\",\"content\":{\"username\":\"%s\",\"email\":\"a@b.c\"}}},\"requestState\":%s,"
        .formatted(key, user, result.get("requestState"));
  }

  private static void isAsked(Said said, String message) {
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    assertThat(said.json().at("/result/resultType").asText())
        .as(said.toString())
        .isEqualTo("input_required");
    assertThat(said.json().at("/result/inputRequests").toString()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/connections/ID/mcp", "/pools/legacy-http/mcp"})
  void clientsThatAreAskedAtOnceAnswerTheirOwnQuestions(String path) throws Exception {
    String id = registry.get("/connections?name=legacy-http").at("/connections/0/id").asText();
    RawClient client = new RawClient(registry, path.replace("ID", id));
    List<Said> asked = atOnce(i -> elicit(client, "question-" + i + "-", ""));
    for (int i = 0; i < asked.size(); i++) {
      isAsked(asked.get(i), "question-" + i + "-");
    }
    assertThat(asked.stream().map(said -> said.json().at("/result/requestState")).distinct())
        .hasSize(OWN_SESSIONS);
    List<Said> answered =
        atOnce(
            i -> elicit(client, "question-" + i + "-", answers(asked.get(i), "user-" + i + "-")));
    for (int i = 0; i < answered.size(); i++) {
      assertThat(answered.get(i).content())
          .as(answered.get(i).toString())
          .contains("action=accept", "user-" + i + "-");
      assertThat(answered.get(i).json().at("/result/resultType").asText()).isEqualTo("complete");
    }
  }

  private static List<Said> atOnce(IntFunction<HttpRequest.Builder> request) {
    return IntStream.range(0, OWN_SESSIONS)
        .mapToObj(i -> RawClient.sendAsync(request.apply(i)))
        .toList()
        .stream()
        .map(CompletableFuture::join)
        .toList();
  }

  @Test
  void aStateIsGoodForItsRequestOnly() throws Exception {
    RawClient client = pool("legacy-http");
    Said asked = RawClient.send(elicit(client, "mine", ""));
    isAsked(asked, "mine");
    String state = asked.json().at("/result/requestState").asText();
    String tampered = (state.startsWith("A") ? "B" : "A") + state.substring(1);
    String answers = answers(asked, "me");
    for (HttpRequest.Builder wrong :
        List.of(
            elicit(client, "another", answers),
            client.modernCall("echo", "{\"message\":\"mine\"}", FORM, answers),
            elicit(pool("patient"), "other server", answers),
            elicit(client, "mine", answers.replace(state, tampered)),
            elicit(client, "mine", answers.replace(state, state.substring(0, 20))),
            elicit(client, "mine", answers.replace(state, "made up")))) {
      Said said = RawClient.send(wrong);
      assertThat(said.status()).as(said.toString()).isIn(200, 400);
      assertThat(said.code()).as(said.toString()).isEqualTo(-32602);
    }
    Said answered = RawClient.send(elicit(client, "mine", answers));
    assertThat(answered.content()).contains("me");
    Said again = RawClient.send(elicit(client, "mine", answers));
    assertThat(again.code()).as(again.toString()).isEqualTo(-32602);
  }

  @Test
  void whatIsNotAnsweredIsAskedAgain() throws Exception {
    RawClient client = pool("legacy-http");
    Said asked = RawClient.send(elicit(client, "twice", ""));
    String state = "\"requestState\":" + asked.json().at("/result/requestState") + ",";
    Said second = RawClient.send(elicit(client, "twice", "\"inputResponses\":{}," + state));
    isAsked(second, "twice");
    assertThat(RawClient.send(elicit(client, "twice", answers(second, "late"))).content())
        .contains("late");
  }

  @Test
  @Order(Integer.MAX_VALUE) // Gives the registry the time of the others to give up.
  void aCallWhoseClientDoesNotComeBackIsCancelled() throws Exception {
    isAsked(abandoned, "abandoned");
    Eventually.soon().atMost(Duration.ofSeconds(50)).until(() -> patient.cancelledCalls() == 1);
    Said late = RawClient.send(elicit(pool("patient"), "abandoned", answers(abandoned, "late")));
    assertThat(late.code()).as(late.toString()).isEqualTo(-32602);
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
    RawClient client = pool("modern-http");
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
