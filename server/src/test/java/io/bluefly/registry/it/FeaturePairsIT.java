package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.server.Arrived;
import io.bluefly.registry.testkit.server.Era;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every feature of MCP for every pair of eras, with npm's clients: at a connection by stdio, at one
 * by HTTP, and at a pool of these two.
 */
@ParameterizedClass
@MethodSource("pairs")
class FeaturePairsIT {
  private static final String WATCHED = "test://watched-resource";
  private static final String LIST_CHANGED = "notifications/tools/list_changed";
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final int PAGE = 50;
  private static final int INVALID_PARAMS = -32602;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int MISSING_CAPABILITY = -32021;
  private static final int RESOURCE_NOT_FOUND = -32002;
  private static final int URL_REQUIRED = -32042;

  /** Who talks to whom, and by which way. */
  record Pair(Era client, Era server, String way) {
    @Override
    public String toString() {
      return client + " client, " + server + " server, " + way;
    }

    boolean modern() {
      return client == Era.MODERN && server == Era.MODERN;
    }
  }

  @TempDir static Path folder;
  static Pairs pairs;

  /** Declares sampling, elicitation and roots. Like its sister it is new for each pair. */
  @SuppressWarnings("NullAway.Init")
  static McpClient able;

  /** Declares nothing. */
  @SuppressWarnings("NullAway.Init")
  static McpClient plain;

  private final Pair pair;

  FeaturePairsIT(Pair pair) {
    this.pair = pair;
  }

  static Stream<Pair> pairs() {
    return Stream.of(Era.MODERN, Era.LEGACY)
        .flatMap(server ->
            Stream.of("stdio", "http", "pool")
                .flatMap(way ->
                    Stream.of(
                        new Pair(Era.MODERN, server, way), new Pair(Era.LEGACY, server, way))));
  }

  @BeforeAll
  static void start() throws Exception {
    pairs = new Pairs(folder);
  }

  @BeforeParameterizedClassInvocation
  static void connect(Pair pair) throws Exception {
    String path = pairs.path(pair.server(), pair.way());
    able = pairs.client(pair.client(), path, "'sampling','elicitation','roots'");
    plain = pairs.client(pair.client(), path, "");
  }

  @AfterParameterizedClassInvocation
  static void disconnect() {
    able.close();
    plain.close();
  }

  @AfterAll
  static void stop() {
    pairs.close();
  }

  private String path() {
    return pairs.path(pair.server(), pair.way());
  }

  private ModernHttp byHand() {
    return ModernHttp.at(pairs.registry(), path());
  }

  /** What has arrived at the server by HTTP and has {@code text} in it. */
  private Optional<Arrived> arrived(String text) {
    List<Arrived> all = pairs.http(pair.server()).requests();
    return all.reversed().stream().filter(a -> a.body().contains(text)).findFirst();
  }

  @Test
  void toolsAreListedPageByPageAndCalled() throws Exception {
    JsonNode first = plain.request("tools/list", "{}").get("result");
    boolean pool = pair.way().equals("pool");
    assertThat(first.get("tools").size()).isEqualTo(pool ? tools(plain).size() : PAGE);
    assertThat(first.has("nextCursor")).isEqualTo(!pool);
    assertThat(tools(plain))
        .contains("echo", "extra_0001", "extra_00" + Pairs.EXTRA_TOOLS)
        .doesNotHaveDuplicates();
    assertThat(code(plain.request("tools/list", "{'cursor':'forged'}"))).isEqualTo(INVALID_PARAMS);

    JsonNode echo =
        plain.call("echo", "{'text':'\\u20ac \\ud83d\\ude00','deep':{'list':[1,null,1.50]}}");
    assertThat(echo.at("/result/structuredContent/text").asText()).isEqualTo("€ 😀");
    assertThat(echo.at("/result/structuredContent/deep/list").size()).isEqualTo(3);
    assertThat(echo.at("/result/x-extra/text").asText()).isEqualTo("€ 😀");
    assertThat(plain.call("test_error_handling", "{}").at("/result/isError").asBoolean()).isTrue();
    assertThat(code(plain.call("no_such_tool", "{}"))).isEqualTo(INVALID_PARAMS);
  }

  /** The names on all pages. */
  private static List<String> tools(McpClient client) throws Exception {
    List<String> names = new ArrayList<>();
    String params = "{}";
    while (!params.isEmpty()) {
      JsonNode page = client.request("tools/list", params).get("result");
      page.get("tools").forEach(tool -> names.add(tool.get("name").asText()));
      params = page.has("nextCursor") ? "{'cursor':" + page.get("nextCursor") + "}" : "";
    }
    return names;
  }

  private static int code(JsonNode reply) {
    return reply.at("/error/code").asInt();
  }

  @Test
  void serversSeeWhoTheClientIs() throws Exception {
    JsonNode seen = able.call("who_am_i", "{}").at("/result/structuredContent");
    assertThat(seen.get("protocolVersion").asText())
        .isEqualTo(pair.server() == Era.MODERN ? "2026-07-28" : "2025-11-25");
    assertThat(seen.at("/clientInfo/name").asText())
        .isEqualTo(
            pair.client() == Era.LEGACY
                ? "legacy-client"
                : pair.server() == Era.LEGACY ? "mcp-registry" : "modern-client");
    assertThat(seen.get("clientCapabilities").has("sampling")).isTrue();
    assertThat(
            plain
                .call("who_am_i", "{}")
                .at("/result/structuredContent/clientCapabilities")
                .has("sampling"))
        .isFalse();
  }

  @Test
  void promptsResourcesTemplatesAndCompletions() throws Exception {
    assertThat(plain.send("{'op':'listPrompts'}").findValuesAsText("name"))
        .contains("test_simple_prompt", "test_prompt_with_arguments");
    assertThat(
            plain
                .send(
                    "{'op':'getPrompt','name':'test_prompt_with_arguments',"
                        + "'args':{'arg1':'one','arg2':'two'}}")
                .at("/result/messages/0/content/text")
                .asText())
        .contains("arg1='one', arg2='two'");
    assertThat(plain.send("{'op':'listResources'}").findValuesAsText("uri"))
        .contains("test://static-text", WATCHED);
    assertThat(plain.request("resources/templates/list", "{}").findValuesAsText("uriTemplate"))
        .contains("test://template/{id}/data");
    assertThat(read("test://static-text").at("/result/contents/0/text").asText()).isNotEmpty();
    assertThat(read("test://template/42/data").toString()).contains("42");
    assertThat(code(read("test://nothing/here")))
        .isEqualTo(
            pair.server() == Era.LEGACY && pair.client() == Era.LEGACY
                ? RESOURCE_NOT_FOUND
                : INVALID_PARAMS);
    assertThat(completions("{'type':'ref/prompt','name':'test_prompt_with_arguments'}", "arg1"))
        .contains("paris", "park");
    assertThat(completions("{'type':'ref/resource','uri':'test://template/{id}/data'}", "id"))
        .contains("paris", "park");
  }

  private static JsonNode read(String uri) throws Exception {
    return plain.send("{'op':'readResource','uri':'" + uri + "'}");
  }

  private static String completions(String ref, String argument) throws Exception {
    return plain
        .request(
            "completion/complete",
            "{'ref':" + ref + ",'argument':{'name':'" + argument + "','value':'par'}}")
        .at("/result/completion/values")
        .toString();
  }

  @Test
  void progressIsTold() throws Exception {
    JsonNode reply = plain.send("{'op':'call','name':'test_tool_with_progress','progress':true}");
    assertThat(reply.get("progress").findValuesAsText("progress"))
        .containsExactly("0", "50", "100");
  }

  @Test
  void aCancelledCallIsCancelledAtTheServer() throws Exception {
    int before = cancelledCalls();
    JsonNode reply =
        plain.send("{'op':'call','name':'slow','args':{'ms':60000},'cancelAfter':300}");
    assertThat(reply.has("error")).isTrue();
    Eventually.until(() -> cancelledCalls() == before + 1);
    assertThat(plain.text("echo", "{'still':'there'}")).contains("there");
  }

  /** Of both servers of the era. */
  private int cancelledCalls() throws Exception {
    int cancelled = pairs.http(pair.server()).cancelledCalls();
    String stdio = pairs.path(pair.server(), "stdio");
    return cancelled
        + ModernHttp.at(pairs.registry(), stdio)
            .result("tools/call", "{'name':'who_am_i','arguments':{}}")
            .at("/structuredContent/cancelledCalls")
            .asInt();
  }

  @Test
  void logMessagesOfTheLevelThatTheClientWants() throws Exception {
    for (McpClient client : List.of(plain, able)) {
      client.send("{'op':'notifications'}");
      client.send("{'op':'setLevel','level':'error'}");
      client.call("test_logging_tool", "{}");
      assertThat(client.heard("notifications/message").at("/params/level").asText())
          .isEqualTo("error");
      client.call("test_logging_tool", "{}");
      for (String level : List.of("critical", "alert", "emergency", "error")) {
        assertThat(client.heard("notifications/message").at("/params/level").asText())
            .isEqualTo(level);
      }
      client.send("{'op':'setLevel','level':'emergency'}");
      client.send("{'op':'notifications'}");
    }
  }

  @Test
  void changesOfTheListAreHeard() throws Exception {
    if (pair.client() == Era.MODERN) {
      assertThat(
              plain
                  .send("{'op':'listen','filter':{'toolsListChanged':true}}")
                  .at("/honored/toolsListChanged")
                  .asBoolean())
          .isTrue();
    }
    plain.call("test_trigger_tool_change", "{}");
    plain.heard(LIST_CHANGED);
    boolean there = tools(plain).contains("test_dynamic_tool");
    if (!pair.way().equals("pool")) {
      plain.call("test_trigger_tool_change", "{}");
      plain.heard(LIST_CHANGED);
      Eventually.until(() -> tools(plain).contains("test_dynamic_tool") != there);
    }
  }

  @Test
  void watchedResourcesAreHeardOf() throws Exception {
    for (McpClient client : List.of(plain, able)) {
      assertThat(client.send("{'op':'subscribe','uri':'" + WATCHED + "'}").has("error")).isFalse();
      McpClient trigger = hasProcessForItself() ? client : plain;
      trigger.call("test_trigger_resource_update", "{'uri':'" + WATCHED + "'}");
      JsonNode heard = client.heard("notifications/resources/updated");
      assertThat(heard.at("/params/uri").asText()).isEqualTo(WATCHED);
    }
    if (pair.client() == Era.LEGACY) {
      assertThat(plain.request("resources/unsubscribe", "{'uri':'" + WATCHED + "'}").has("error"))
          .isFalse();
      plain.send("{'op':'notifications'}");
      able.send("{'op':'notifications'}");
      (hasProcessForItself() ? able : plain)
          .call("test_trigger_resource_update", "{'uri':'" + WATCHED + "'}");
      able.heard("notifications/resources/updated");
      assertThat(plain.send("{'op':'notifications'}").toString())
          .doesNotContain("resources/updated");
    }
  }

  /** All that a client with features asks goes to a process that others do not see. */
  private boolean hasProcessForItself() {
    return pair.equals(new Pair(Era.LEGACY, Era.LEGACY, "stdio"));
  }

  @Test
  void serversAskTheClient() throws Exception {
    for (String prefix : List.of("test_", "test_input_required_result_")) {
      assertThat(able.text(prefix + "sampling", "{'prompt':'Capital?'}")).contains("sampled");
    }
    assertThat(able.text("test_elicitation", "{'message':'Who?'}"))
        .contains("action=accept", "yes");
    assertThat(able.text("test_elicitation_sep1034_defaults", "{}")).contains("John Doe");
    assertThat(able.text("test_elicitation_url", "{}")).contains("action=accept");
    assertThat(able.text("test_roots", "{}")).contains("file:///tmp");
    assertThat(able.text("test_input_required_result_request_state", "{}"))
        .isEqualTo("state-ok: true");
    assertThat(able.text("test_input_required_result_multiple_inputs", "{}"))
        .isEqualTo("yes / sampled / 1 roots");
    assertThat(able.text("test_input_required_result_multi_round", "{}"))
        .isEqualTo("yes likes yes");
    assertThat(
            able.send("{'op':'getPrompt','name':'test_input_required_result_prompt','args':{}}")
                .has("error"))
        .isFalse();
    assertThat(read(able, "test://asking-resource").has("error")).isFalse();
  }

  private static JsonNode read(McpClient client, String uri) throws Exception {
    return client.send("{'op':'readResource','uri':'" + uri + "'}");
  }

  @Test
  void whoeverDeclaredNothingIsNotAsked() throws Exception {
    int expected = pair.server() == Era.MODERN ? MISSING_CAPABILITY : -32600;
    for (String tool : List.of("test_sampling", "test_elicitation", "test_roots")) {
      assertThat(code(plain.call(tool, "{}"))).as(tool).isEqualTo(expected);
    }
    if (pair.modern()) {
      ModernHttp.Response refused =
          byHand().send("tools/call", "{'name':'test_sampling','arguments':{'prompt':'?'}}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(refused.message().at("/error/data/requiredCapabilities/sampling").isObject())
          .isTrue();
    }
  }

  @Test
  void anAddressThatMustBeOpenedFirst() throws Exception {
    JsonNode reply = able.call("test_url_required", "{}");
    if (pair.client() == Era.LEGACY && pair.server() == Era.LEGACY) {
      assertThat(code(reply)).isEqualTo(URL_REQUIRED);
      assertThat(reply.at("/error/data/elicitations/0/url").asText()).startsWith("https://");
    } else {
      assertThat(reply.toString()).doesNotContain("-32042");
    }
  }

  @Test
  void parametersThatAreMirroredIntoHeaders() throws Exception {
    plain.send("{'op':'listTools'}");
    String arguments =
        "{'region':'eu \\u00e9','count':7,'urgent':true,'place':{'zone':'%s'},'query':'q'}"
            .formatted(pair);
    assertThat(plain.text("test_header_tool", arguments)).contains("eu");
    if (pair.way().equals("http") && pair.server() == Era.MODERN) {
      Arrived call = arrived("\"zone\":\"" + pair).orElseThrow();
      assertThat(call.headers())
          .containsEntry("Mcp-Param-Count", "7")
          .containsEntry("Mcp-Param-Urgent", "true")
          .containsEntry("Mcp-Param-Zone", pair.toString())
          .containsEntry("Mcp-Name", "test_header_tool");
      assertThat(call.headers().get("Mcp-Param-Region")).startsWith("=?base64?");
    }
  }

  @Test
  void metaAndTraceContextArrive() throws Exception {
    String mark = "meta of " + pair;
    String command =
        "{'op':'call','name':'echo','args':{'mark':'%s'},'meta':{'traceparent':'%s','x/y':[1.50]}}";
    assertThat(plain.send(command.formatted(mark, TRACE)).has("result")).isTrue();
    if (!pair.way().equals("stdio")) {
      // Of a pool, the other member may have been called.
      Eventually.until(() ->
          plain.send(command.formatted(mark, TRACE)).has("result") && arrived(mark).isPresent());
      String body = arrived(mark).orElseThrow().body();
      assertThat(body).contains("\"traceparent\":\"" + TRACE + "\"", "\"x/y\":[1.5");
    }
  }

  @Test
  void whatTheOtherEraHasIsRefusedAsSpecified() throws Exception {
    if (pair.client() == Era.MODERN) {
      for (String gone : List.of("initialize", "ping", "logging/setLevel", "resources/subscribe")) {
        ModernHttp.Response refused = byHand().send(gone, "{'uri':'" + WATCHED + "'}");
        assertThat(refused.code()).as(gone).isEqualTo(METHOD_NOT_FOUND);
        assertThat(refused.status()).as(gone).isEqualTo(404);
      }
    } else {
      assertThat(code(plain.request("subscriptions/listen", "{'notifications':{}}")))
          .isEqualTo(METHOD_NOT_FOUND);
      // A modern server refuses, since a legacy client can't declare the extension.
      assertThat(code(plain.request("tasks/get", "{'taskId':'t'}")))
          .isEqualTo(pair.server() == Era.MODERN ? MISSING_CAPABILITY : METHOD_NOT_FOUND);
      assertThat(code(plain.request("server/discover", "{}"))).isEqualTo(METHOD_NOT_FOUND);
      assertThat(plain.send("{'op':'ping'}").has("error")).isFalse();
    }
  }

  @Test
  void tasksFindTheirWayBack() throws Exception {
    if (pair.client() == Era.LEGACY) {
      // A legacy client knows no tasks: the call just takes its time.
      assertThat(plain.text("slow_compute", "{'seconds':0,'label':'l'}")).isEqualTo("Computed l");
      return;
    }
    ModernHttp tasks =
        byHand().declaring("{'extensions':{'io.modelcontextprotocol/tasks':{}},'elicitation':{}}");
    String call = "{'name':'slow_compute','arguments':{'seconds':0.1,'label':'l'}}";
    if (pair.server() == Era.LEGACY) {
      assertThat(tasks.result("tools/call", call).at("/content/0/text").asText())
          .isEqualTo("Computed l");
      ModernHttp.Response refused = tasks.send("tasks/get", "{'taskId':'t'}");
      assertThat(refused.status()).isEqualTo(404);
      assertThat(refused.code()).isEqualTo(METHOD_NOT_FOUND);
      return;
    }
    for (int i = 0; i < 4; i++) {
      String id = begun(tasks, call);
      Eventually.until(() -> status(tasks, id).equals("completed"));
      assertThat(get(tasks, id).at("/result/content/0/text").asText()).isEqualTo("Computed l");
    }
    String asking = begun(tasks, "{'name':'confirm_delete','arguments':{'filename':'f'}}");
    Eventually.until(() -> status(tasks, asking).equals("input_required"));
    tasks.result(
        "tasks/update",
        "{'taskId':'%s','inputResponses':{'confirm':{'action':'accept','content':{'confirm':true}}}}"
            .formatted(asking));
    Eventually.until(() -> get(tasks, asking).toString().contains("Deleted f"));
    String endless = begun(tasks, "{'name':'slow_compute','arguments':{'seconds':60}}");
    tasks.result("tasks/cancel", "{'taskId':'" + endless + "'}");
    Eventually.until(() -> status(tasks, endless).equals("cancelled"));
    assertThat(tasks.send("tasks/get", "{'taskId':'forged'}").code()).isEqualTo(INVALID_PARAMS);
  }

  private static String begun(ModernHttp tasks, String call) throws Exception {
    JsonNode result = tasks.result("tools/call", call);
    assertThat(result.get("resultType").asText()).isEqualTo("task");
    return result.get("taskId").asText();
  }

  private static JsonNode get(ModernHttp tasks, String id) throws Exception {
    return tasks.result("tasks/get", "{'taskId':'" + id + "'}");
  }

  private static String status(ModernHttp tasks, String id) throws Exception {
    return get(tasks, id).path("status").asText();
  }
}
