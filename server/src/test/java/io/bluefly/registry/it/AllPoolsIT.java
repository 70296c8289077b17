package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.Options;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All pools as one server at {@code /mcp}, and what a pool does with its members. */
class AllPoolsIT {
  private static final String LONG_POOL =
      "a-pool-whose-name-is-so-long-that-little-is-left-for-its-tools";
  private static final int LONGEST = 64;
  private static final int MANY = 1_000;
  private static final int INVALID_PARAMS = -32602;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final String LIST_CHANGED = "notifications/tools/list_changed";
  private static final String TASKS = "{'extensions':{'io.modelcontextprotocol/tasks':{}}}";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static final List<TestServer> servers = new ArrayList<>();
  static TestServer first;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    first = serve("alpha-1", "alpha", Era.MODERN, 0);
    serve("alpha-2", "alpha", Era.MODERN, 0);
    serve("beta-1", "beta", Era.LEGACY, 0);
    serve("long", LONG_POOL, Era.MODERN, 0);
    serve("many", "many", Era.LEGACY, MANY);
    Eventually.healthy(
        registry, registry.registerNode("solo", Npm.script("modern-server.mjs"), "stdio"));
  }

  private static TestServer serve(String name, String pool, Era era, int extraTools)
      throws Exception {
    TestServer server =
        TestServer.start(Options.of(era, Transport.HTTP).withExtraTools(extraTools));
    servers.add(server);
    Eventually.healthy(registry, register(name, pool, server));
    return server;
  }

  private static String register(String name, String pool, TestServer server) throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "server", "protocol": "http", "pool": "%s",
         "endpoint": {"url": "%s"}}
        """
            .formatted(name, pool, server.url()));
  }

  @AfterAll
  static void stop() {
    registry.close();
    servers.forEach(TestServer::close);
  }

  private static McpClient client(Era era, String path) throws Exception {
    String url = registry.url() + path;
    McpClient client =
        era == Era.MODERN
            ? McpClient.modern(url, registry.key())
            : McpClient.legacy(url, registry.key());
    client.connect("'sampling','elicitation','roots'");
    return client;
  }

  private static ModernHttp byHand() {
    return ModernHttp.at(registry, "/mcp");
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

  @ParameterizedTest
  @EnumSource(names = {"MODERN", "LEGACY"})
  void toolsAreCalledByTheNameOfTheirPoolAndTheirOwn(Era era) throws Exception {
    try (McpClient client = client(era, "/mcp")) {
      assertThat(tools(client))
          .contains("alpha__echo", "beta__echo", "solo__region", "many__extra_" + MANY)
          .doesNotContain("echo", "region")
          .doesNotHaveDuplicates()
          .allMatch(name -> name.length() <= LONGEST);
      assertThat(client.text("alpha__echo", "{'a':1}")).isEqualTo("{\"a\":1}");
      assertThat(client.text("beta__echo", "{'a':2}")).isEqualTo("{\"a\":2}");
      assertThat(client.text("solo__region", "{'region':'eu'}")).isEqualTo("eu");
      assertThat(client.text("add", "{'a':2,'b':3}")).isEqualTo("5");

      JsonNode ambiguous = client.call("echo", "{}").get("error");
      assertThat(ambiguous.get("code").asInt()).isEqualTo(INVALID_PARAMS);
      assertThat(ambiguous.get("message").asText())
          .contains("alpha__echo", "beta__echo", "many__echo", "solo__echo");
      assertThat(client.call("gamma__echo", "{}").at("/error/code").asInt())
          .isEqualTo(INVALID_PARAMS);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MODERN", "LEGACY"})
  void featuresWorkUnderPrefixedNamesToo(Era era) throws Exception {
    try (McpClient client = client(era, "/mcp")) {
      for (String pool : List.of("alpha", "beta")) {
        assertThat(client.text(pool + "__test_sampling", "{'prompt':'?'}")).contains("sampled");
        assertThat(client.text(pool + "__test_elicitation", "{'message':'?'}")).contains("accept");
        assertThat(client.text(pool + "__test_input_required_result_multi_round", "{}"))
            .isEqualTo("yes likes yes");
        assertThat(
                client
                    .send(
                        "{'op':'call','name':'%s__test_tool_with_progress','progress':true}"
                            .formatted(pool))
                    .get("progress"))
            .hasSize(3);
      }
      // Its parameters are mirrored into headers, whoever has to write them.
      assertThat(client.text("alpha__test_header_tool", "{'region':'eu'}")).contains("eu");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MODERN", "LEGACY"})
  void promptsAreNamedByTheirPoolAndResourcesAreNot(Era era) throws Exception {
    try (McpClient client = client(era, "/mcp")) {
      assertThat(client.send("{'op':'listPrompts'}").findValuesAsText("name"))
          .contains("alpha__test_simple_prompt", "beta__test_simple_prompt", "solo__greet");
      assertThat(client.send("{'op':'getPrompt','name':'solo__greet','args':{'who':'Ada'}}"))
          .hasToString(
              client.send("{'op':'getPrompt','name':'greet','args':{'who':'Ada'}}").toString());
      assertThat(
              client
                  .send("{'op':'getPrompt','name':'test_simple_prompt'}")
                  .at("/error/message")
                  .asText())
          .contains("alpha__test_simple_prompt", "beta__test_simple_prompt");
      assertThat(
              client
                  .request(
                      "completion/complete",
                      "{'ref':{'type':'ref/prompt','name':'beta__test_prompt_with_arguments'},"
                          + "'argument':{'name':'arg1','value':'par'}}")
                  .at("/result/completion/values")
                  .toString())
          .contains("paris");

      assertThat(client.send("{'op':'listResources'}").findValuesAsText("uri"))
          .contains("test://static", "test://static-text");
      assertThat(client.request("resources/templates/list", "{}").findValuesAsText("uriTemplate"))
          .contains("test://template/{id}/data");
      assertThat(
              client
                  .send("{'op':'readResource','uri':'test://static'}")
                  .at("/result/contents/0/text")
                  .asText())
          .isEqualTo("static text");
      for (String shared : List.of("test://static-text", "test://template/7/data")) {
        JsonNode refused = client.send("{'op':'readResource','uri':'" + shared + "'}").get("error");
        assertThat(refused.get("code").asInt()).isEqualTo(INVALID_PARAMS);
        assertThat(refused.get("message").asText()).contains("/pools/alpha/mcp", "/pools/beta/mcp");
      }
    }
  }

  @Test
  void aNameThatWouldBeTooLongIsCutAndCanBeCalled() throws Exception {
    try (McpClient modern = client(Era.MODERN, "/mcp");
        McpClient legacy = client(Era.LEGACY, "/mcp")) {
      List<String> cut =
          tools(modern).stream().filter(n -> n.startsWith(LONG_POOL.substring(0, 55))).toList();
      assertThat(cut).hasSizeGreaterThan(40).doesNotHaveDuplicates();
      assertThat(tools(legacy)).containsAll(cut);
      JsonNode definitions = byHand().result("tools/list", "{}").get("tools");
      for (JsonNode tool : definitions) {
        if (tool.get("description").asText().startsWith("Gives the arguments back")
            && cut.contains(tool.get("name").asText())) {
          assertThat(tool.get("name").asText()).hasSize(LONGEST);
          assertThat(modern.text(tool.get("name").asText(), "{'a':1}")).isEqualTo("{\"a\":1}");
          assertThat(legacy.text(tool.get("name").asText(), "{'a':2}")).isEqualTo("{\"a\":2}");
          return;
        }
      }
      throw new AssertionError("the long pool's echo is not on the first page: " + definitions);
    }
  }

  @Test
  void whatIsForgedIsRefused() throws Exception {
    ModernHttp all = byHand().declaring("{'sampling':{},'elicitation':{}}");
    String cursor = all.result("tools/list", "{}").get("nextCursor").asText();
    assertThat(all.result("tools/list", "{'cursor':'" + cursor + "'}").get("tools")).isNotEmpty();
    for (String forged : List.of("forged", cursor.substring(1), cursor + "A", "")) {
      assertThat(all.send("tools/list", "{'cursor':'" + forged + "'}").code())
          .as(forged)
          .isEqualTo(INVALID_PARAMS);
    }
    assertThat(all.send("prompts/list", "{'cursor':'" + cursor + "'}").code())
        .isEqualTo(INVALID_PARAMS);

    String call = "'name':'alpha__test_input_required_result_request_state','arguments':{}";
    JsonNode asked = all.result("tools/call", "{" + call + "}");
    assertThat(asked.get("resultType").asText()).isEqualTo("input_required");
    String state = asked.get("requestState").asText();
    String answers =
        ",'inputResponses':{'%s':{'action':'accept','content':{'ok':true}}},'requestState':'%s'}"
            .formatted(asked.get("inputRequests").fieldNames().next(), state);
    String elsewhere = call.replace("request_state", "tampered_state");
    assertThat(all.send("tools/call", "{" + elsewhere + answers).code()).isEqualTo(INVALID_PARAMS);
    String changed =
        answers.replace(state, (state.startsWith("A") ? "B" : "A") + state.substring(1));
    assertThat(all.send("tools/call", "{" + call + changed).code()).isEqualTo(INVALID_PARAMS);
    assertThat(all.result("tools/call", "{" + call + answers).at("/content/0/text").asText())
        .isEqualTo("state-ok: true");
  }

  @Test
  void aTaskIsFoundAgainByItsIdAlone() throws Exception {
    ModernHttp all = byHand().declaring(TASKS);
    for (int i = 0; i < 4; i++) {
      JsonNode begun =
          all.result(
              "tools/call",
              "{'name':'alpha__slow_compute','arguments':{'seconds':0.05,'label':'l'}}");
      String id = begun.get("taskId").asText();
      Eventually.until(() ->
          all.result("tasks/get", "{'taskId':'" + id + "'}").toString().contains("Computed l"));
      for (String forged : List.of("forged", id.substring(1), id + "A")) {
        assertThat(all.send("tasks/get", "{'taskId':'" + forged + "'}").code())
            .isEqualTo(INVALID_PARAMS);
      }
    }
    assertThat(all.send("no/such", "{}").code()).isEqualTo(METHOD_NOT_FOUND);
  }

  @ParameterizedTest
  @EnumSource(names = {"MODERN", "LEGACY"})
  void whoListensHearsThatTheListsHaveChanged(Era era) throws Exception {
    try (McpClient everywhere = client(era, "/mcp");
        McpClient alpha = client(era, "/pools/alpha/mcp");
        McpClient beta = client(era, "/pools/beta/mcp")) {
      for (McpClient client : List.of(everywhere, alpha, beta)) {
        if (era == Era.MODERN) {
          client.send("{'op':'listen','filter':{'toolsListChanged':true}}");
        }
      }
      first.toggleTool();
      everywhere.heard(LIST_CHANGED);
      alpha.heard(LIST_CHANGED);
      List<String> tools = tools(alpha);
      first.toggleTool();
      everywhere.heard(LIST_CHANGED);
      alpha.heard(LIST_CHANGED);
      Eventually.until(() -> !tools(alpha).equals(tools));
      assertThat(beta.send("{'op':'notifications'}").toString()).doesNotContain(LIST_CHANGED);

      everywhere.send("{'op':'notifications'}");
      try (TestServer joining = TestServer.start(Era.MODERN, Transport.HTTP)) {
        String id = register("joining-" + era, "joining-" + era, joining);
        everywhere.heard(LIST_CHANGED);
        Eventually.until(() -> tools(everywhere).contains("joining-" + era + "__echo"));
        everywhere.send("{'op':'notifications'}");
        registry.send("DELETE", "/connections/" + id, "");
        everywhere.heard(LIST_CHANGED);
        Eventually.until(() -> !tools(everywhere).contains("joining-" + era + "__echo"));
      }
    }
  }

  @Test
  void callsReachBothMembersAndADeadOneCostsNoCall() throws Exception {
    TestServer stays = serve("stays", "twins", Era.MODERN, 0);
    TestServer dies = serve("dies", "twins", Era.MODERN, 0);
    ModernHttp twins = ModernHttp.at(registry, "/pools/twins/mcp");
    for (int i = 0; i < 40; i++) {
      echo(twins, "balanced");
    }
    assertThat(calls(stays, "balanced")).isBetween(5L, 35L);
    assertThat(calls(stays, "balanced") + calls(dies, "balanced")).isEqualTo(40);

    dies.close();
    for (int i = 0; i < 40; i++) {
      echo(twins, "alone");
    }
    assertThat(calls(stays, "alone")).isEqualTo(40);
  }

  private static void echo(ModernHttp pool, String mark) throws Exception {
    JsonNode result =
        pool.result("tools/call", "{'name':'echo','arguments':{'mark':'" + mark + "'}}");
    assertThat(result.at("/structuredContent/mark").asText()).isEqualTo(mark);
  }

  private static long calls(TestServer server, String mark) {
    return server.requests().stream().filter(a -> a.body().contains("\"" + mark + "\"")).count();
  }

  @ParameterizedTest
  @EnumSource(names = {"MODERN", "LEGACY"})
  void aMemberKilledUnderLoadFailsOnlyWhatItWasBusyWith(Era era) throws Exception {
    String script = Npm.script(era == Era.MODERN ? "modern-server.mjs" : "legacy-server.mjs");
    String pool = "children-" + era;
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      ids.add(
          registry.register(
              """
              {"name": "%s-%d", "type": "server", "protocol": "stdio", "pool": "%s",
               "endpoint": {"command": "node", "args": ["%s", "stdio"]}}
              """
                  .formatted(pool, i, pool, script)));
    }
    ids.forEach(id -> Eventually.healthy(registry, id));
    ModernHttp children = ModernHttp.at(registry, "/pools/" + pool + "/mcp");
    AtomicBoolean go = new AtomicBoolean(true);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<Integer> caller =
          () -> {
            int failed = 0;
            while (go.get()) {
              failed +=
                  children.send("tools/call", "{'name':'echo','arguments':{'text':'t'}}").code()
                          == 0
                      ? 0
                      : 1;
            }
            return failed;
          };
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        callers.add(threads.submit(caller));
      }
      children.send("tools/call", "{'name':'crash','arguments':{}}");
      for (int i = 0; i < 50; i++) {
        children.send("tools/call", "{'name':'echo','arguments':{'text':'t'}}");
      }
      go.set(false);
      int failed = 0;
      for (Future<Integer> each : callers) {
        failed += each.get();
      }
      // At most what was in the dead process just then: one call of each caller.
      assertThat(failed).isLessThanOrEqualTo(callers.size());
    }
    for (String id : ids) {
      registry.send("DELETE", "/connections/" + id, "");
    }
  }
}
