package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The statuses and codes of 2026-07-28, row by row, wherever MCP is spoken. */
class StatusTableIT {
  private static final int INVALID_PARAMS = -32602;
  private static final int METHOD_NOT_FOUND = -32601;
  private static final int HEADER_MISMATCH = -32020;
  private static final int MISSING_CAPABILITY = -32021;
  private static final int UNSUPPORTED_VERSION = -32022;

  /** Codes of earlier versions that a modern client must never see. */
  private static final List<Integer> LEGACY_CODES = List.of(-32002, -32042);

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer modern;
  static TestServer legacy;
  static final Map<String, String> IDS = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    IDS.put("modern-http", TestServers.network(registry, "modern-http", modern));
    IDS.put("legacy-http", TestServers.network(registry, "legacy-http", legacy));
    IDS.put("modern-stdio", TestServers.stdio(registry, "modern-stdio", Era.MODERN));
    IDS.put("legacy-stdio", TestServers.stdio(registry, "legacy-stdio", Era.LEGACY));
  }

  @AfterAll
  static void stop() {
    registry.close();
    modern.close();
    legacy.close();
  }

  /**
   * Where requests go.
   *
   * @param server the name of the server behind it
   * @param prefix what names of tools begin with
   */
  record Place(String path, String server, String prefix) {
    RawClient client() throws Exception {
      return new RawClient(registry, path);
    }

    boolean isModern() {
      return server.startsWith("modern");
    }

    /** A call of echo, as a message. */
    String echo() {
      return call("echo", "{}");
    }

    String call(String tool, String arguments) {
      return RawClient.message(
          "1",
          "tools/call",
          "{\"name\":\"%s\",\"arguments\":%s,%s}"
              .formatted(prefix + tool, arguments, RawClient.meta("{}")));
    }
  }

  static Stream<Place> places() {
    List<Place> places = new ArrayList<>();
    for (String server : List.of("modern-http", "modern-stdio", "legacy-http", "legacy-stdio")) {
      places.add(new Place("/connections/" + IDS.get(server) + "/mcp", server, ""));
      places.add(new Place("/pools/" + server + "/mcp", server, ""));
      places.add(new Place("/mcp", server, server + "__"));
    }
    return places.stream();
  }

  private static Said refused(HttpRequest.Builder request, int status, int code) throws Exception {
    Said said = RawClient.send(request);
    assertThat(said.status()).as(said.toString()).isEqualTo(status);
    assertThat(said.code()).as(said.toString()).isEqualTo(code).isNotIn(LEGACY_CODES);
    assertThat(said.header("content-type")).startsWith("application/json");
    return said;
  }

  @ParameterizedTest
  @MethodSource("places")
  void requiredMetaIsMissing(Place place) throws Exception {
    RawClient client = place.client();
    String name = place.prefix() + "echo";
    for (String params :
        List.of(
            "{\"name\":\"" + name + "\"}",
            "{\"name\":\"" + name + "\",\"_meta\":{}}",
            "{\"name\":\"" + name + "\",\"_meta\":7}",
            "{\"name\":\""
                + name
                + "\",\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}")) {
      Said said = refused(client.modern("tools/call", name, params), 400, INVALID_PARAMS);
      assertThat(said.json().get("id").asInt()).isEqualTo(1);
      assertThat(said.json().at("/error/message").asText()).contains("_meta");
    }
    refused(
        client.post(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}",
            "MCP-Protocol-Version",
            RawClient.MODERN_VERSION,
            "Mcp-Method",
            "tools/list"),
        400,
        INVALID_PARAMS);
  }

  @ParameterizedTest
  @MethodSource("places")
  void aHeaderIsMissingOrSaysSomethingElse(Place place) throws Exception {
    String version = RawClient.MODERN_VERSION;
    String name = place.prefix() + "echo";
    String[][] wrong = {
      {},
      {"Mcp-Method", "tools/call", "Mcp-Name", name},
      {"MCP-Protocol-Version", version, "Mcp-Name", name},
      {"MCP-Protocol-Version", version, "Mcp-Method", "tools/call"},
      {"MCP-Protocol-Version", "2025-11-25", "Mcp-Method", "tools/call", "Mcp-Name", name},
      {"MCP-Protocol-Version", version, "Mcp-Method", "tools/list", "Mcp-Name", name},
      {"MCP-Protocol-Version", version, "Mcp-Method", "Tools/Call", "Mcp-Name", name},
      {"MCP-Protocol-Version", version, "Mcp-Method", "tools/call", "Mcp-Name", name + "x"},
      {
        "MCP-Protocol-Version",
        version,
        "Mcp-Method",
        "tools/call",
        "Mcp-Name",
        name.toUpperCase(Locale.ROOT)
      },
      {"MCP-Protocol-Version", version, "Mcp-Method", "tools/call", "Mcp-Name", "=?base64?***?="},
      {"MCP-Protocol-Version", version, "Mcp-Method", "tools/call", "Mcp-Name", coded("other")},
      {
        "MCP-Protocol-Version",
        version,
        "Mcp-Method",
        "tools/call",
        "Mcp-Method",
        "tools/list",
        "Mcp-Name",
        name
      },
      {
        "MCP-Protocol-Version",
        version,
        "Mcp-Method",
        "tools/call",
        "Mcp-Name",
        name,
        "Mcp-Name",
        "other"
      },
    };
    for (String[] headers : wrong) {
      Said said = refused(place.client().post(place.echo(), headers), 400, HEADER_MISMATCH);
      assertThat(said.json().get("id").asInt()).isEqualTo(1);
    }
  }

  private static String coded(String value) {
    return "=?base64?" + Base64.getEncoder().encodeToString(value.getBytes(UTF_8)) + "?=";
  }

  private static HttpRequest.Builder headerTool(Place place, String arguments, String... params) {
    try {
      String tool = place.prefix() + "test_header_tool";
      HttpRequest.Builder request =
          place
              .client()
              .post(place.call("test_header_tool", arguments))
              .header("MCP-Protocol-Version", RawClient.MODERN_VERSION)
              .header("Mcp-Method", "tools/call")
              .header("Mcp-Name", tool);
      for (int i = 0; i < params.length; i += 2) {
        request.header(params[i], params[i + 1]);
      }
      return request;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void aParameterInAHeaderIsMissingOrSaysSomethingElse(Place place) throws Exception {
    String eu = "{\"region\":\"eu\",\"count\":42}";
    refused(headerTool(place, eu), 400, HEADER_MISMATCH);
    refused(headerTool(place, eu, "Mcp-Param-Region", "eu"), 400, HEADER_MISMATCH);
    refused(
        headerTool(place, eu, "Mcp-Param-Region", "us", "Mcp-Param-Count", "42"),
        400,
        HEADER_MISMATCH);
    refused(
        headerTool(place, eu, "Mcp-Param-Region", "eu", "Mcp-Param-Count", "43"),
        400,
        HEADER_MISMATCH);
    refused(
        headerTool(
            place, eu, "Mcp-Param-Region", "eu", "Mcp-Param-Region", "us", "Mcp-Param-Count", "42"),
        400,
        HEADER_MISMATCH);
    refused(
        headerTool(place, eu, "Mcp-Param-Region", "=?base64?***?=", "Mcp-Param-Count", "42"),
        400,
        HEADER_MISMATCH);
  }

  @ParameterizedTest
  @MethodSource("places")
  void parametersInHeadersMayBeCodedAndAreComparedAsWhatTheyAre(Place place) throws Exception {
    String arguments = "{\"region\":\"eu \u00e9\",\"count\":42,\"urgent\":true}";
    Said said =
        RawClient.send(
            headerTool(
                place,
                arguments,
                "mcp-param-REGION",
                coded("eu \u00e9"),
                "Mcp-Param-Count",
                "42.0",
                "Mcp-Param-Urgent",
                "true"));
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    assertThat(said.content()).isEqualTo(arguments);
  }

  @ParameterizedTest
  @MethodSource("places")
  void badCharactersInAHeader(Place place) throws Exception {
    String answer =
        RawClient.socket(
            registry,
            List.of(
                "POST " + place.path() + " HTTP/1.1",
                "Content-Type: application/json",
                "Accept: application/json, text/event-stream",
                "MCP-Protocol-Version: 2026-07-28",
                "Mcp-Method: tools/call",
                "Mcp-Name: " + place.prefix() + "ech\u00f6"),
            place.echo().getBytes(UTF_8));
    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("-32020");
  }

  @ParameterizedTest
  @MethodSource("places")
  void aClientCapabilityIsMissing(Place place) throws Exception {
    if (!place.isModern()) {
      return; // Earlier versions have no such error.
    }
    String tool = place.prefix() + "test_missing_capability";
    Said said = refused(place.client().modernCall(tool, "{}", "{}", ""), 400, MISSING_CAPABILITY);
    assertThat(said.json().at("/error/data/requiredCapabilities").has("sampling")).isTrue();
  }

  @ParameterizedTest
  @MethodSource("places")
  void theVersionIsNotSupported(Place place) throws Exception {
    for (String version : List.of("2099-01-01", "1.0", "2025-11-25")) {
      String body = place.echo().replace(RawClient.MODERN_VERSION, version);
      Said said =
          refused(
              place
                  .client()
                  .post(
                      body,
                      "MCP-Protocol-Version",
                      version,
                      "Mcp-Method",
                      "tools/call",
                      "Mcp-Name",
                      place.prefix() + "echo"),
              400,
              UNSUPPORTED_VERSION);
      assertThat(said.json().at("/error/data/requested").asText()).isEqualTo(version);
      assertThat(said.json().at("/error/data/supported/0").asText())
          .isEqualTo(RawClient.MODERN_VERSION);
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void theMethodIsUnknown(Place place) throws Exception {
    for (String method :
        List.of("no/such", "initialize", "ping", "logging/setLevel", "resources/subscribe")) {
      refused(
          place.client().modern(method, "", "{" + RawClient.meta("{}") + "}"),
          404,
          METHOD_NOT_FOUND);
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void aForeignOriginOrHostIsForbidden(Place place) throws Exception {
    Said said =
        RawClient.send(
            place
                .client()
                .modernCall(place.prefix() + "echo", "{}", "{}", "")
                .header("Origin", "http://evil.example"));
    assertThat(said.status()).isEqualTo(403);
    String answer =
        RawClient.socket(
            registry,
            List.of("POST " + place.path() + " HTTP/1.1", "Host: evil.example"),
            place.echo().getBytes(UTF_8));
    assertThat(answer).startsWith("HTTP/1.1 403 ");
    assertThat(
            RawClient.send(
                    place
                        .client()
                        .modernCall(place.prefix() + "echo", "{}", "{}", "")
                        .header("Origin", "http://localhost:9999"))
                .status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @MethodSource("places")
  void onlyPostIsForModernClients(Place place) throws Exception {
    for (String method : List.of("GET", "DELETE", "PUT")) {
      Said said =
          RawClient.send(
              place
                  .client()
                  .request()
                  .header("MCP-Protocol-Version", RawClient.MODERN_VERSION)
                  .header("Accept", "text/event-stream")
                  .method(method, BodyPublishers.noBody()));
      assertThat(said.status()).as(method).isEqualTo(405);
      assertThat(said.header("allow")).contains("POST");
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void aNotificationIsAccepted(Place place) throws Exception {
    Said said =
        RawClient.send(
            place
                .client()
                .post(
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":"
                        + "{\"requestId\":1,"
                        + RawClient.meta("{}")
                        + "}}",
                    "MCP-Protocol-Version",
                    RawClient.MODERN_VERSION,
                    "Mcp-Method",
                    "notifications/cancelled"));
    assertThat(said.status()).isEqualTo(202);
    assertThat(said.body()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("places")
  void anUnknownResourceOrCursorIsAWrongParameter(Place place) throws Exception {
    RawClient client = place.client();
    String meta = RawClient.meta("{}");
    refused(
        client.modern("resources/read", "test://none", "{\"uri\":\"test://none\"," + meta + "}"),
        200,
        INVALID_PARAMS);
    for (String list :
        List.of("tools/list", "prompts/list", "resources/list", "resources/templates/list")) {
      refused(client.modern(list, "", "{\"cursor\":\"bm9uZQ\"," + meta + "}"), 200, INVALID_PARAMS);
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void anUnknownTaskIsAWrongParameter(Place place) throws Exception {
    boolean carried = place.isModern() || place.path().equals("/mcp");
    for (String method : List.of("tasks/get", "tasks/cancel")) {
      refused(
          place
              .client()
              .modern(
                  method,
                  "none",
                  "{\"taskId\":\"none\","
                      + RawClient.meta("{\"extensions\":{\"io.modelcontextprotocol/tasks\":{}}}")
                      + "}"),
          carried ? 200 : 404,
          carried ? INVALID_PARAMS : METHOD_NOT_FOUND);
    }
  }

  @ParameterizedTest
  @MethodSource("places")
  void anAddressToVisitIsAskedForAndNoError(Place place) throws Exception {
    String tool = place.prefix() + "test_url_required";
    Said said =
        RawClient.send(place.client().modernCall(tool, "{}", "{\"elicitation\":{\"url\":{}}}", ""));
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    assertThat(said.json().at("/result/resultType").asText()).isEqualTo("input_required");
    assertThat(said.text()).contains("\"mode\":\"url\"").doesNotContain("-32042");
  }

  @ParameterizedTest
  @MethodSource("places")
  void namesOfHeadersIgnoreCaseAndValuesMayBeCoded(Place place) throws Exception {
    Said said =
        RawClient.send(
            place
                .client()
                .post(
                    place.echo(),
                    "mcp-PROTOCOL-version",
                    RawClient.MODERN_VERSION,
                    "MCP-METHOD",
                    "tools/call",
                    "mCP-nAME",
                    coded(place.prefix() + "echo")));
    assertThat(said.status()).as(said.toString()).isEqualTo(200);
    assertThat(said.content()).isEqualTo("{}");
  }

  @ParameterizedTest
  @MethodSource("places")
  void anEmptyBodyIsNoMessage(Place place) throws Exception {
    for (String version : List.of(RawClient.MODERN_VERSION, RawClient.LEGACY_VERSION)) {
      Said said =
          RawClient.send(
              place.client().post("", "MCP-Protocol-Version", version, "Mcp-Method", "ping"));
      assertThat(said.status()).isEqualTo(400);
      assertThat(said.code()).isEqualTo(-32700);
    }
  }

  @Test
  void aCodedSlashInAPathIsPartOfANameThatNothingHas() throws Exception {
    String id = IDS.get("modern-http");
    for (String path :
        List.of(
            "/connections/" + id + "%2Fmcp",
            "/connections/a%2F" + id + "/mcp",
            "/connections/" + id + "%2F/mcp",
            "/pools/modern-http%2Fmcp",
            "/pools/x%2Fmodern-http/mcp",
            "/pools/..%2Fpools%2Fmodern-http/mcp",
            "/pools%2Fmodern-http/mcp")) {
      Said said = RawClient.send(new RawClient(registry, path).modernCall("echo", "{}", "{}", ""));
      assertThat(said.status()).as(path + " " + said).isIn(400, 404, 405);
    }
  }
}
