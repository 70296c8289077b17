package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
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

/** Sessions with legacy servers in which one call of a modern client at a time is made. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CallSessionsIT {
  private static final int OWN_SESSIONS = 10;
  private static final String FORM = "{\"elicitation\":{\"form\":{}}}";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer legacy;
  static TestServer busy;
  static TestServer patient;
  static RawClient overBusy;
  static Said abandoned;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_GATEWAY_MAX_OWN_SESSIONS",
                Integer.toString(OWN_SESSIONS),
                "MCP_REGISTRY_GATEWAY_INPUT_PATIENCE",
                "5s"));
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    busy = TestServer.start(Era.LEGACY, Transport.HTTP);
    patient = TestServer.start(Era.LEGACY, Transport.HTTP);
    TestServers.network(registry, "legacy-http", legacy);
    overBusy = RawClient.ofConnection(registry, TestServers.network(registry, "busy", busy));
    TestServers.network(registry, "patient", patient);
    // Giving up takes a while, during which the other tests run.
    abandoned = RawClient.send(elicit(RawClient.ofPool(registry, "patient"), "abandoned", ""));
  }

  @AfterAll
  static void stop() {
    registry.close();
    legacy.close();
    busy.close();
    patient.close();
  }

  @Test
  void modernClientsThatDeclareTheSameUseOneSessionInTurn() throws Exception {
    JsonNode first = WhoAmI.modern(overBusy, "{\"roots\":{}}", "first");
    assertThat(first.at("/clientInfo/name").asText()).isEqualTo("mcp-registry");
    assertThat(WhoAmI.modern(overBusy, "{\"roots\":{}}", "second")).isEqualTo(first);
    String many = "{\"roots\":{},\"x\":\"" + "x".repeat(16 * 1024) + "\"}";
    Said refused = RawClient.send(overBusy.modernCall("who_am_i", "{}", many, ""));
    assertThat(refused.code()).as(refused.toString()).isEqualTo(-32602);
  }

  @Test
  void aSessionInWhichTheServerHasAskedServesNoOtherCall() throws Exception {
    String before = WhoAmI.modern(overBusy, FORM, "c").get("sessionId").asText();
    Said asked = RawClient.send(elicit(overBusy, "once", ""));
    isAsked(asked, "once");
    Said answered = RawClient.send(elicit(overBusy, "once", answers(asked, "me")));
    assertThat(answered.content()).contains("me");
    assertThat(WhoAmI.modern(overBusy, FORM, "c").get("sessionId").asText()).isNotEqualTo(before);
  }

  @Test
  void aSessionInWhichTheServerAsksBetweenCallsServesNoOther() throws Exception {
    String capabilities = "{\"elicitation\":{\"form\":{}},\"x\":1}";
    String before = WhoAmI.modern(overBusy, capabilities, "c").get("sessionId").asText();
    busy.emitRequest("elicitation/create", "{\"message\":\"whom?\"}");
    Eventually.until(
        () -> !WhoAmI.modern(overBusy, capabilities, "c").get("sessionId").asText().equals(before));
  }

  /** A legacy server that asks for the roots whenever its tools are listed. */
  private static final String ASKS_ON_LISTS =
      """
      while IFS= read -r line; do
        id=${line#*'"id":'}
        id=${id%%[,\\}]*}
        case $line in
          *'"initialize"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"a","version":"1"}}}\\n' "$id" ;;
          *'"tools/list"'*) list=$id; printf '{"jsonrpc":"2.0","id":"ask","method":"roots/list"}\\n' ;;
          *'"id":"ask"'*) printf '{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"touch","inputSchema":{"type":"object"}}]}}\\n' "$list" ;;
          *'"id":'*) printf '{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"Method not found"}}\\n' "$id" ;;
        esac
      done
      """;

  /** Clients understand a question at calls, prompts and resources alone. */
  @Test
  void aListIsNotAnsweredWithAQuestion() throws Exception {
    String id =
        registry.register(
            """
            {"name": "asks-on-lists", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "sh", "args": ["-c", %s]}}
            """
                .formatted(new ObjectMapper().writeValueAsString(ASKS_ON_LISTS)));
    JsonNode list =
        ModernHttp.at(registry, "/connections/" + id + "/mcp")
            .declaring("{'roots':{}}")
            .result("tools/list", "{}");
    assertThat(list.findValuesAsText("name")).containsExactly("touch");
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
    RawClient client = RawClient.ofPool(registry, "legacy-http");
    Said asked = RawClient.send(elicit(client, "mine", ""));
    isAsked(asked, "mine");
    String state = asked.json().at("/result/requestState").asText();
    String tampered = (state.startsWith("A") ? "B" : "A") + state.substring(1);
    String answers = answers(asked, "me");
    for (HttpRequest.Builder wrong :
        List.of(
            elicit(client, "another", answers),
            client.modernCall("echo", "{\"message\":\"mine\"}", FORM, answers),
            elicit(RawClient.ofPool(registry, "patient"), "other server", answers),
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
    RawClient client = RawClient.ofPool(registry, "legacy-http");
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
    Said late =
        RawClient.send(
            elicit(RawClient.ofPool(registry, "patient"), "abandoned", answers(abandoned, "late")));
    assertThat(late.code()).as(late.toString()).isEqualTo(-32602);
  }
}
