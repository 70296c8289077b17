package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.HttpMcpServer;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** npm's real clients talk to real servers through {@code /connections/{id}/mcp}. */
class TransparentAddressIT {
  private static final String ALL_FEATURES = "'sampling','elicitation','roots'";
  private static final String META =
      "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
          + "\"io.modelcontextprotocol/clientCapabilities\":{}}";

  @TempDir static Path folder;
  static RegistryProcess registry;
  static HttpMcpServer modernHttp;
  static HttpMcpServer legacyHttp;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    modernHttp = HttpMcpServer.modern();
    legacyHttp = HttpMcpServer.legacy();
    register("modern-stdio", registry.registerNode("modern-stdio", modern(), "stdio"));
    register("legacy-stdio", registry.registerNode("legacy-stdio", legacy(), "stdio"));
    register("everything", registry.registerNode("everything", Npm.everything()));
    register("modern-http", registry.registerHttp("modern-http", modernHttp.url()));
    register("legacy-http", registry.registerHttp("legacy-http", legacyHttp.url()));
  }

  private static void register(String name, String id) {
    assertThat(Eventually.healthy(registry, id).get("name").asText()).isEqualTo(name);
  }

  private static String modern() {
    return Npm.script("modern-server.mjs");
  }

  private static String legacy() {
    return Npm.script("legacy-server.mjs");
  }

  @AfterAll
  static void stop() {
    registry.close();
    modernHttp.close();
    legacyHttp.close();
  }

  private static String id(String name) throws Exception {
    return registry.get("/connections?name=" + name).at("/connections/0/id").asText();
  }

  private static McpClient modernClient(String name) throws Exception {
    return McpClient.modern(registry.mcp(id(name)), registry.key());
  }

  private static McpClient legacyClient(String name) throws Exception {
    return McpClient.legacy(registry.mcp(id(name)), registry.key());
  }

  @ParameterizedTest
  @ValueSource(strings = {"modern-stdio", "modern-http"})
  void modernClientUsesAModernServer(String name) throws Exception {
    try (McpClient client = modernClient(name)) {
      client.connect("'elicitation'");
      assertThat(client.send("{'op':'info'}").at("/serverInfo/name").asText())
          .isEqualTo("modern-server");
      assertThat(client.call("add", "{'a':2,'b':3}").at("/result/structuredContent/sum").asInt())
          .isEqualTo(5);
      assertThat(client.text("echo", "{'text':'\\u20ac \\ud83d\\ude00'}")).isEqualTo("€ 😀");
      assertThat(client.text("ask", "{}")).isEqualTo("yes");
      assertThat(client.text("region", "{'region':'eu \\u00e9'}")).isEqualTo("eu é");
      assertThat(client.call("fail", "{}").at("/result/isError").asBoolean()).isTrue();
      assertThat(
              client
                  .send("{'op':'call','name':'slow','args':{'ms':200},'progress':true}")
                  .get("progress"))
          .isNotEmpty();
      assertThat(
              client
                  .send("{'op':'readResource','uri':'test://static'}")
                  .at("/result/contents/0/text")
                  .asText())
          .isEqualTo("static text");
      assertThat(client.send("{'op':'getPrompt','name':'greet','args':{'who':'Ada'}}").toString())
          .contains("Ada");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"modern-stdio", "modern-http"})
  void modernClientListensForChanges(String name) throws Exception {
    try (McpClient client = modernClient(name)) {
      client.connect("");
      assertThat(client.send("{'op':'listen'}").at("/honored/toolsListChanged").asBoolean())
          .isTrue();
      client.call("add_tool", "{'name':'added-" + name + "'}");
      JsonNode heard =
          client.send(
              "{'op':'waitNotification','method':'notifications/tools/list_changed','timeout':5000}");
      assertThat(heard.has("notification")).isTrue();
    }
    // The registry heard it, too, and read the catalogue again.
    Eventually.until(() ->
        registry.connection(id(name)).get("capabilities").toString().contains("added-" + name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy-stdio", "legacy-http"})
  void legacyClientUsesALegacyServerWithAllItsFeatures(String name) throws Exception {
    try (McpClient client = legacyClient(name)) {
      client.connect(ALL_FEATURES);
      assertThat(client.call("add", "{'a':2,'b':3}").at("/result/structuredContent/sum").asInt())
          .isEqualTo(5);
      assertThat(client.text("sample", "{}")).isEqualTo("sampled");
      assertThat(client.text("elicit", "{}")).contains("yes");
      assertThat(client.text("roots", "{}")).contains("file:///tmp");
      assertThat(
              client
                  .send("{'op':'call','name':'slow','args':{'ms':200},'progress':true}")
                  .get("progress"))
          .isNotEmpty();
      client.send("{'op':'subscribe','uri':'test://static'}");
      client.call("touch", "{}");
      assertThat(heard(client, "notifications/resources/updated")).isTrue();
      client.call("unsolicited", "{}");
      assertThat(heard(client, "notifications/message")).isTrue();
      assertThat(client.send("{'op':'ping'}").has("error")).isFalse();
    }
  }

  private static boolean heard(McpClient client, String method) throws Exception {
    return client
        .send("{'op':'waitNotification','method':'" + method + "','timeout':5000}")
        .has("notification");
  }

  @Test
  void legacyClientsWithoutFeaturesShareOneProcess() throws Exception {
    int before = processes();
    try (McpClient first = legacyClient("legacy-stdio");
        McpClient second = legacyClient("legacy-stdio")) {
      first.connect("");
      second.connect("");
      assertThat(first.text("echo", "{'text':'one'}")).isEqualTo("one");
      assertThat(second.text("echo", "{'text':'two'}")).isEqualTo("two");
      assertThat(processes()).isEqualTo(before);
      first.send("{'op':'subscribe','uri':'test://static'}");
      second.call("touch", "{}");
      assertThat(heard(first, "notifications/resources/updated")).isTrue();
      assertThat(second.send("{'op':'notifications'}").get("notifications").toString())
          .doesNotContain("resources/updated");
    }
  }

  private static int processes() throws Exception {
    return (int)
        registry
            .handle()
            .children()
            .filter(p -> p.info().commandLine().orElse("").contains("legacy-server"))
            .count();
  }

  @Test
  void aClientWithFeaturesGetsAnInstanceThatEndsWithItsSession() throws Exception {
    int before = processes();
    try (McpClient client = legacyClient("legacy-stdio")) {
      client.connect(ALL_FEATURES);
      assertThat(client.text("sample", "{}")).isEqualTo("sampled");
      assertThat(processes()).isEqualTo(before + 1);
      client.send("{'op':'close'}");
      Eventually.until(() -> processes() == before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy-stdio", "legacy-http"})
  void modernClientListsAndCallsToolsOfALegacyServer(String name) throws Exception {
    try (McpClient client = modernClient(name)) {
      client.connect("");
      assertThat(client.send("{'op':'info'}").at("/serverInfo/name").asText())
          .isEqualTo("legacy-server");
      assertThat(client.send("{'op':'listTools'}").toString()).contains("\"echo\"");
      assertThat(client.text("echo", "{'text':'hello'}")).isEqualTo("hello");
      assertThat(
              client.call("nonexistent", "{}").has("error")
                  || client.call("nonexistent", "{}").at("/result/isError").asBoolean())
          .isTrue();
      assertThat(
              client
                  .send("{'op':'call','name':'slow','args':{'ms':200},'progress':true}")
                  .get("progress"))
          .isNotEmpty();
    }
  }

  @Test
  void modernClientUsesNpmsEverythingServer() throws Exception {
    try (McpClient client = modernClient("everything")) {
      client.connect("");
      assertThat(client.send("{'op':'listTools'}").toString()).contains("get-sum");
      assertThat(client.text("echo", "{'message':'hi'}")).isEqualTo("Echo: hi");
    }
  }

  @Test
  void legacyClientUsesNpmsEverythingServer() throws Exception {
    try (McpClient client = legacyClient("everything")) {
      client.connect(ALL_FEATURES);
      assertThat(client.text("trigger-sampling-request", "{'prompt':'x'}")).contains("sampled");
      assertThat(client.text("get-roots-list", "{}")).contains("file:///tmp");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"modern-stdio", "modern-http"})
  void aModernClientThatLeavesCancelsItsCall(String name) throws Exception {
    try (McpClient client = modernClient(name)) {
      client.connect("");
      client.send("{'op':'call','name':'slow','args':{'ms':20000},'cancelAfter':100}");
    }
    Eventually.until(() -> cancelled(name));
    Eventually.until(
        () -> registry.connection(id(name)).at("/metrics/activeConnections").asInt() == 0);
  }

  private static boolean cancelled(String name) throws Exception {
    return name.endsWith("http")
        ? modernHttp.errors().contains("cancelled")
        : registry.connection(id(name)).at("/upstream/0/stderr").toString().contains("cancelled");
  }

  @Test
  void aLegacyClientCancelsByNotification() throws Exception {
    try (McpClient client = legacyClient("legacy-stdio")) {
      client.connect("");
      client.send("{'op':'call','name':'slow','args':{'ms':20000},'cancelAfter':100}");
      Eventually.until(() ->
          registry
              .connection(id("legacy-stdio"))
              .at("/upstream/0/stderr")
              .toString()
              .contains("cancelled"));
      assertThat(client.text("echo", "{'text':'still here'}")).isEqualTo("still here");
    }
  }

  private static RegistryProcess.Answer post(String name, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        registry
            .request("/connections/" + id(name) + "/mcp")
            .header("Authorization", "Bearer " + registry.key())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json, text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return registry.send(request);
  }

  @Test
  void answersPassByteForByte() throws Exception {
    String odd =
        "{\"text\":\"a\\u0000\\ud83d\\ude00 \\\\"
            + " end\",\"big\":123456789012345678901234567890.10,\"x\":[[[{}]]]}";
    var answer =
        post(
            "modern-stdio",
            "{\"jsonrpc\":\"2.0\",\"id\":\"q-1\",\"method\":\"tools/call\",\n"
                + "\"params\":{\"name\":\"echo\",\"arguments\":"
                + odd
                + ","
                + META
                + "}}",
            "MCP-Protocol-Version",
            "2026-07-28",
            "Mcp-Method",
            "tools/call",
            "Mcp-Name",
            "echo");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body().get("id").asText()).isEqualTo("q-1");
    assertThat(answer.body().at("/result/content/0/text").asText()).isEqualTo("a\0😀 \\ end");
  }

  @Test
  void headersMustAgreeWithTheBody() throws Exception {
    String body =
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"echo\",\"arguments\":{\"text\":\"x\"},"
            + META
            + "}}";
    String[][] wrong = {
      {"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "add"},
      {"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/list", "Mcp-Name", "echo"},
      {"MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call"},
      {"Mcp-Method", "tools/call", "Mcp-Name", "echo"},
    };
    for (String server : new String[] {"modern-stdio", "legacy-stdio", "modern-http"}) {
      for (String[] headers : wrong) {
        var answer = post(server, body, headers);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body().at("/error/code").asInt()).isEqualTo(-32020);
        assertThat(answer.body().get("id").asInt()).isEqualTo(1);
      }
    }
  }

  @Test
  void badMessagesAreRefused() throws Exception {
    assertThat(post("legacy-stdio", "{oops").body().at("/error/code").asInt()).isEqualTo(-32700);
    assertThat(post("legacy-stdio", "[]").body().at("/error/code").asInt()).isEqualTo(-32600);
    assertThat(
            post("legacy-stdio", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
                .status())
        .isEqualTo(400);
    assertThat(
            post(
                    "legacy-stdio",
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
                    "Mcp-Session-Id",
                    "unknown")
                .status())
        .isEqualTo(404);
    assertThat(post("legacy-stdio", "x".repeat((4 << 20) + 1)).status()).isEqualTo(413);
    assertThat(
            registry
                .send(
                    registry
                        .request("/connections/none/mcp")
                        .header("X-API-Key", registry.key())
                        .POST(HttpRequest.BodyPublishers.ofString("{}")))
                .status())
        .isEqualTo(404);
  }

  @Test
  void onlyDeclaredAndVerifiedCapabilitiesMayBeCalled() throws Exception {
    String id =
        registry.register(
            """
            {"name": "declared", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["%s", "stdio"]},
             "capabilities": ["echo", "not-there"]}
            """
                .formatted(modern()));
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      JsonNode tools = client.send("{'op':'listTools'}").at("/result/tools");
      assertThat(tools).hasSize(1);
      assertThat(tools.at("/0/name").asText()).isEqualTo("echo");
      assertThat(client.text("echo", "{'text':'ok'}")).isEqualTo("ok");
      assertThat(client.call("add", "{'a':1,'b':2}").at("/error/code").asInt()).isEqualTo(-32602);
      assertThat(client.call("not-there", "{}").at("/error/code").asInt()).isEqualTo(-32602);
    }
  }

  @Test
  void theClientsKeyIsNotForTheServer() throws Exception {
    try (McpClient client = modernClient("modern-http")) {
      client.connect("");
      assertThat(client.text("headers", "{}"))
          .doesNotContain("authorization")
          .doesNotContain(registry.key());
    }
  }
}
