package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that come by WebSocket, and by the HTTP+SSE transport of 2024-11-05. */
class ClientTransportsIT {
  private static final String FEATURES = "{'sampling':{},'elicitation':{},'roots':{}}";
  private static final String WATCHED = "{'uri':'test://watched-resource'}";
  private static final String SLOW = "{'name':'slow','arguments':{'ms':60000}}";
  private static final String SAMPLED =
      "{'model':'m','role':'assistant','content':{'type':'text','text':'sampled'}}";
  private static final int TOO_BIG = 5 << 20;
  private static final String HELLO =
      "{'protocolVersion':'2025-11-25','capabilities':{},'clientInfo':{'name':'c','version':'1'}}";
  private static final int PARSE_ERROR = -32700;
  private static final int INVALID_REQUEST = -32600;

  @TempDir static Path folder;
  static Pairs pairs;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    pairs = new Pairs(folder);
    registry = pairs.registry();
  }

  @AfterAll
  static void stop() {
    pairs.close();
  }

  private static McpSocket socket(Era era, String way) throws Exception {
    return new McpSocket(registry, pairs.path(era, way), "mcp");
  }

  private static String text(JsonNode response) {
    return response.at("/result/content/0/text").asText();
  }

  @Test
  void aSecondHelloIsRefusedWhileTheFirstIsBeingAnswered() throws Exception {
    String id =
        registry.register(
            """
            {"name": "silent", "type": "server", "protocol": "stdio",
             "endpoint": {"command": "node", "args": ["-e", "setInterval(() => {}, 1000)"]}}
            """);
    try (McpSocket client = new McpSocket(registry, "/connections/" + id + "/mcp", "mcp")) {
      client.begin("initialize", HELLO);
      JsonNode second = client.request("initialize", HELLO);
      assertThat(second.at("/error/code").asInt()).as(second.toString()).isEqualTo(INVALID_REQUEST);
    }
    registry.send("DELETE", "/connections/" + id, "");
  }

  @ParameterizedTest
  @CsvSource({
    "MODERN, stdio",
    "MODERN, http",
    "MODERN, pool",
    "LEGACY, stdio",
    "LEGACY, http",
    "LEGACY, pool"
  })
  void aLegacyClientOverWebSocket(Era server, String way) throws Exception {
    try (McpSocket client = socket(server, way)) {
      assertThat(client.subprotocol()).isEqualTo("mcp");
      assertThat(client.initialize(FEATURES).at("/result/protocolVersion").asText())
          .isEqualTo("2025-11-25");
      assertThat(client.request("ping", "{}").get("result").isEmpty()).isTrue();
      assertThat(text(client.request("tools/call", "{'name':'echo','arguments':{'a':'€'}}")))
          .isEqualTo("{\"a\":\"€\"}");

      int sampling =
          client.begin("tools/call", "{'name':'test_sampling','arguments':{'prompt':'?'}}");
      JsonNode question = client.heard("sampling/createMessage");
      client.send("{'jsonrpc':'2.0','id':%s,'result':%s}".formatted(question.get("id"), SAMPLED));
      assertThat(text(client.response(sampling))).contains("sampled");

      int progress =
          client.begin(
              "tools/call", "{'name':'test_tool_with_progress','_meta':{'progressToken':'p'}}");
      assertThat(client.heard("notifications/progress").at("/params/progressToken").asText())
          .isEqualTo("p");
      assertThat(client.response(progress).has("result")).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"MODERN, http", "MODERN, pool", "LEGACY, http", "LEGACY, pool"})
  void aLegacyClientOverWebSocketHearsWhatServersSay(Era server, String way) throws Exception {
    try (McpSocket client = socket(server, way)) {
      client.initialize("{}");
      assertThat(client.request("resources/subscribe", WATCHED).has("result")).isTrue();
      pairs.http(server).emitResourceUpdated("test://watched-resource");
      assertThat(client.heard("notifications/resources/updated").at("/params/uri").asText())
          .isEqualTo("test://watched-resource");
      pairs.toggleTool(server);
      client.heard("notifications/tools/list_changed");
      client.request("logging/setLevel", "{'level':'warning'}");
      client.begin("tools/call", "{'name':'test_logging_tool','arguments':{}}");
      assertThat(client.heard("notifications/message").at("/params/level").asText())
          .isEqualTo("warning");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MODERN, stdio",
    "MODERN, http",
    "MODERN, pool",
    "LEGACY, stdio",
    "LEGACY, http",
    "LEGACY, pool"
  })
  void aModernClientOverWebSocket(Era server, String way) throws Exception {
    try (McpSocket client = socket(server, way)) {
      assertThat(
              client
                  .modern("{}", "server/discover", "{}")
                  .at("/result/supportedVersions/0")
                  .asText())
          .isEqualTo("2026-07-28");
      JsonNode echo =
          client.modern("{}", "tools/call", "{'name':'echo','arguments':{'a':'€'}}").get("result");
      assertThat(echo.get("resultType").asText()).isEqualTo("complete");
      assertThat(echo.at("/structuredContent/a").asText()).isEqualTo("€");

      String call = "'name':'test_sampling','arguments':{'prompt':'?'}";
      JsonNode asked = client.modern(FEATURES, "tools/call", "{" + call + "}").get("result");
      assertThat(asked.get("resultType").asText()).isEqualTo("input_required");
      String key = asked.get("inputRequests").fieldNames().next();
      assertThat(asked.at("/inputRequests/" + key + "/method").asText())
          .isEqualTo("sampling/createMessage");
      String state =
          asked.has("requestState") ? ",'requestState':" + asked.get("requestState") : "";
      JsonNode answer =
          client.modern(
              FEATURES,
              "tools/call",
              "{%s,'inputResponses':{'%s':%s}%s}".formatted(call, key, SAMPLED, state));
      assertThat(text(answer)).contains("sampled");
    }
  }

  @ParameterizedTest
  @CsvSource({"MODERN, http", "MODERN, pool", "LEGACY, http", "LEGACY, pool"})
  void aModernClientListensOverWebSocketUntilItCancels(Era server, String way) throws Exception {
    try (McpSocket client = socket(server, way)) {
      int id =
          client.beginModern(
              "{}",
              "subscriptions/listen",
              "{'notifications':{'toolsListChanged':true,"
                  + "'resourceSubscriptions':['test://watched-resource']}}");
      JsonNode acknowledged = client.heard("notifications/subscriptions/acknowledged");
      assertThat(subscription(acknowledged)).isEqualTo(id);
      pairs.toggleTool(server);
      assertThat(subscription(client.heard("notifications/tools/list_changed"))).isEqualTo(id);
      pairs.http(server).emitResourceUpdated("test://watched-resource");
      assertThat(subscription(client.heard("notifications/resources/updated"))).isEqualTo(id);

      cancel(client, id);
      assertThat(client.modern("{}", "server/discover", "{}").has("result")).isTrue();
      pairs.toggleTool(server);
      client.modern("{}", "tools/call", "{'name':'echo','arguments':{}}");
      assertThat(client.unread()).noneMatch(m -> m.path("method").asText().contains("changed"));
    }
  }

  private static int subscription(JsonNode notification) {
    return notification.at("/params/_meta/io.modelcontextprotocol~1subscriptionId").asInt();
  }

  private static void cancel(McpSocket client, int id) throws Exception {
    client.send(
        "{'jsonrpc':'2.0','method':'notifications/cancelled','params':{'requestId':%d}}"
            .formatted(id));
  }

  @ParameterizedTest
  @CsvSource({"MODERN, MODERN", "MODERN, LEGACY", "LEGACY, MODERN", "LEGACY, LEGACY"})
  void aNotificationCancelsAndSoDoesLeaving(Era clientEra, Era server) throws Exception {
    int before = pairs.http(server).cancelledCalls();
    long arrived = slowCalls(server);
    try (McpSocket client = socket(server, "http")) {
      int id = slow(client, clientEra);
      Eventually.until(() -> slowCalls(server) == arrived + 1);
      cancel(client, id);
      Eventually.until(() -> pairs.http(server).cancelledCalls() == before + 1);
      // Nothing else is said of it, and the channel goes on.
      assertThat(client.modern("{}", "server/discover", "{}").has("result")).isTrue();
      assertThat(client.unread()).isEmpty();
      slow(client, clientEra);
      Eventually.until(() -> slowCalls(server) == arrived + 2);
      client.abort();
      Eventually.until(() -> pairs.http(server).cancelledCalls() == before + 2);
    }
  }

  private static int slow(McpSocket client, Era era) throws Exception {
    if (era == Era.MODERN) {
      return client.beginModern("{}", "tools/call", SLOW);
    }
    if (client.request("ping", "{}").has("error")) {
      client.initialize("{}");
    }
    return client.begin("tools/call", SLOW);
  }

  /** Calls that have arrived at the server by HTTP and can be cancelled there. */
  private static long slowCalls(Era server) {
    return pairs.http(server).requests().stream()
        .filter(request -> request.body().contains("\"slow\""))
        .count();
  }

  @Test
  void whateverComesOverWebSocketIsAnsweredAndOthersDoNotNotice() throws Exception {
    // Not at the server by HTTP, where another test counts what is cancelled.
    try (McpSocket good = socket(Era.MODERN, "stdio");
        McpSocket bad = socket(Era.MODERN, "stdio")) {
      bad.raw("{\"jsonrpc\":");
      assertThat(bad.next(m -> m.has("error")).at("/error/code").asInt()).isEqualTo(PARSE_ERROR);
      bad.raw("[]");
      assertThat(bad.next(m -> m.has("error")).at("/error/code").asInt())
          .isEqualTo(INVALID_REQUEST);
      assertThat(bad.request("tools/list", "{}").at("/error/message").asText())
          .contains("initialize");
      bad.initialize("{}");
      int open = bad.begin("tools/call", SLOW);
      bad.send("{'jsonrpc':'2.0','id':%d,'method':'ping'}".formatted(open));
      assertThat(bad.response(open).at("/error/code").asInt()).isEqualTo(INVALID_REQUEST);
      bad.tryRaw("{\"x\":\"" + "x".repeat(TOO_BIG) + "\"}");
      bad.closeCode();
      assertThat(good.modern("{}", "tools/call", "{'name':'echo','arguments':{}}").has("result"))
          .isTrue();
      good.binary(new byte[] {1});
      assertThat(good.closeCode()).isEqualTo(1003);
    }
  }

  @Test
  void aWebSocketThatCannotBeMcpIsNotOpened() throws Exception {
    String path = pairs.path(Era.MODERN, "pool");
    assertThat(refused(path)).isEqualTo(400);
    assertThat(refused(path, "graphql-ws")).isEqualTo(400);
    assertThat(refused("/pools/none/mcp", "mcp")).isEqualTo(404);
    assertThat(refused("/connections/none/mcp", "mcp")).isEqualTo(404);
    try (McpSocket client = new McpSocket(registry, path, "other", "mcp")) {
      assertThat(client.subprotocol()).isEqualTo("mcp");
    }
  }

  private static int refused(String path, String... subprotocols) {
    int[] status = new int[1];
    assertThatThrownBy(() -> new McpSocket(registry, path, subprotocols).close())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class, e -> status[0] = e.getResponse().statusCode());
    return status[0];
  }

  private static String sse(Era server, String way) {
    return pairs.path(server, way).replaceAll("/mcp$", "/sse");
  }

  @ParameterizedTest
  @CsvSource({
    "MODERN, stdio",
    "MODERN, http",
    "MODERN, pool",
    "LEGACY, stdio",
    "LEGACY, http",
    "LEGACY, pool"
  })
  void aClientOfTheFirstTransportUsesEverything(Era server, String way) throws Exception {
    try (McpClient client =
        McpClient.legacySse(registry.url() + sse(server, way), registry.key())) {
      client.connect("'sampling','elicitation','roots'");
      assertThat(client.text("echo", "{'a':'b'}")).contains("b");
      assertThat(client.text("test_sampling", "{'prompt':'?'}")).contains("sampled");
      assertThat(client.text("test_elicitation", "{'message':'?'}")).contains("accept");
      assertThat(client.text("test_roots", "{}")).contains("file:///tmp");
      assertThat(
              client
                  .send("{'op':'call','name':'test_tool_with_progress','progress':true}")
                  .get("progress"))
          .isNotEmpty(); // The SDK drops what comes together with the response.
      client.send("{'op':'setLevel','level':'error'}");
      client.call("test_logging_tool", "{}");
      assertThat(client.heard("notifications/message").at("/params/level").asText())
          .isEqualTo("error");
    }
  }

  @ParameterizedTest
  @CsvSource({"MODERN, http", "MODERN, pool", "LEGACY, http", "LEGACY, pool"})
  void aClientOfTheFirstTransportHearsAndCancels(Era server, String way) throws Exception {
    try (McpClient client =
        McpClient.legacySse(registry.url() + sse(server, way), registry.key())) {
      client.connect("");
      assertThat(client.request("resources/subscribe", WATCHED).has("result")).isTrue();
      pairs.http(server).emitResourceUpdated("test://watched-resource");
      client.heard("notifications/resources/updated");
      pairs.toggleTool(server);
      client.heard("notifications/tools/list_changed");
      if (way.equals("http")) {
        int before = pairs.http(server).cancelledCalls();
        JsonNode reply =
            client.send("{'op':'call','name':'slow','args':{'ms':60000},'cancelAfter':200}");
        assertThat(reply.has("error")).isTrue();
        Eventually.until(() -> pairs.http(server).cancelledCalls() == before + 1);
        assertThat(client.text("echo", "{'a':'b'}")).contains("b");
      }
    }
  }

  /** The first event of a stream names where messages go. */
  private static String endpoint(BufferedReader stream) throws Exception {
    for (String line = stream.readLine(); line != null; line = stream.readLine()) {
      if (line.startsWith("data:")) {
        return line.substring(5).strip();
      }
    }
    throw new AssertionError("the stream ended without an endpoint");
  }

  @Test
  void aStreamIsGoodForItsAddressAndWhileItIsOpen() throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest open =
          HttpRequest.newBuilder(URI.create(registry.url() + sse(Era.LEGACY, "http")))
              .header("Authorization", "Bearer " + registry.key())
              .header("Accept", "text/event-stream")
              .build();
      var stream = http.send(open, HttpResponse.BodyHandlers.ofInputStream());
      String ping = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
      String endpoint;
      try (BufferedReader lines =
          new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
        endpoint = endpoint(lines);
        assertThat(registry.send("POST", endpoint, ping).status()).isEqualTo(202);
        assertThat(endpoint(lines)).contains("initialize");
        int before = pairs.http(Era.LEGACY).cancelledCalls();
        registry.send("POST", endpoint, initialize());
        assertThat(endpoint(lines)).contains("protocolVersion");
        registry.send("POST", endpoint, "{\"x\":\"" + "x".repeat(TOO_BIG) + "\"}");
        long arrived = slowCalls(Era.LEGACY);
        registry.send(
            "POST",
            endpoint,
            "{'jsonrpc':'2.0','id':3,'method':'tools/call','params':%s}"
                .formatted(SLOW)
                .replace('\'', '"'));
        Eventually.until(() -> slowCalls(Era.LEGACY) > arrived);

        String elsewhere = endpoint.replaceAll("^/connections/[^/]+", "/pools/legacy");
        assertThat(registry.send("POST", elsewhere, ping).status()).isEqualTo(404);
        String forged = endpoint.replaceAll("sessionId=.*", "sessionId=forged");
        assertThat(registry.send("POST", forged, ping).status()).isEqualTo(404);
        assertThat(registry.send("GET", endpoint, "").status()).isEqualTo(405);
        assertThat(registry.send("POST", sse(Era.LEGACY, "http"), ping).status()).isEqualTo(405);
        http.shutdownNow(); // The client leaves in the middle of its call.
        Eventually.until(() -> pairs.http(Era.LEGACY).cancelledCalls() == before + 1);
      }
      Eventually.until(() -> registry.send("POST", endpoint, ping).status() == 404);
    }
  }

  private static String initialize() {
    return "{'jsonrpc':'2.0','id':2,'method':'initialize','params':{"
        .concat("'protocolVersion':'2024-11-05','capabilities':{},")
        .concat("'clientInfo':{'name':'c','version':'1'}}}")
        .replace('\'', '"');
  }
}
