package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.it.RawClient.Said;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Arrived;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no MCP message is refused with a reason, wherever MCP is spoken; no server sees it. */
class BadMessageIT {
  private static final int MAX_MESSAGE = 100_000;
  private static final int PARSE_ERROR = -32700;
  private static final int INVALID_REQUEST = -32600;

  @TempDir static Path folder;
  static RegistryProcess registry;
  static TestServer modern;
  static TestServer legacy;
  static final Map<String, String> IDS = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder, Map.of("MCP_REGISTRY_GATEWAY_MAX_MESSAGE", Integer.toString(MAX_MESSAGE)));
    modern = TestServer.start(Era.MODERN, Transport.HTTP);
    legacy = TestServer.start(Era.LEGACY, Transport.HTTP);
    IDS.put("modern-http", TestServers.network(registry, "modern-http", modern));
    IDS.put("legacy-http", TestServers.network(registry, "legacy-http", legacy));
  }

  @AfterAll
  static void stop() {
    registry.close();
    modern.close();
    legacy.close();
  }

  static Stream<String> paths() {
    return Stream.of(
        "/connections/" + IDS.get("modern-http") + "/mcp",
        "/connections/" + IDS.get("legacy-http") + "/mcp",
        "/pools/modern-http/mcp",
        "/pools/legacy-http/mcp",
        "/mcp");
  }

  /** As a client of either era would send {@code body}. */
  private static List<HttpRequest.Builder> asBoth(String path, byte[] body) throws Exception {
    RawClient client = new RawClient(registry, path);
    return List.of(
        client
            .post("", "MCP-Protocol-Version", RawClient.MODERN_VERSION, "Mcp-Method", "tools/call")
            .POST(BodyPublishers.ofByteArray(body)),
        client.inSession(client.initialize("{}"), "").POST(BodyPublishers.ofByteArray(body)));
  }

  private static void refused(String path, byte[] body, int status, int code) throws Exception {
    long before = arrived();
    for (HttpRequest.Builder request : asBoth(path, body)) {
      Said said = RawClient.send(request);
      String what = new String(body, 0, Math.min(body.length, 100), ISO_8859_1) + ": " + said;
      assertThat(said.status()).as(what).isEqualTo(status);
      assertThat(said.code()).as(what).isEqualTo(code);
      assertThat(said.json().at("/error/message").asText()).as(what).isNotEmpty();
    }
    assertThat(arrived()).isEqualTo(before);
  }

  /** What has come to the servers, without what the registry itself asks them from time to time. */
  private static long arrived() {
    return Stream.of(modern, legacy)
        .flatMap(server -> server.requests().stream())
        .map(Arrived::body)
        .filter(body -> !body.isEmpty()) // Opens a stream.
        .filter(body -> !body.contains("\"mcp-registry\"") && !body.contains("\"params\":{}"))
        .count();
  }

  @ParameterizedTest
  @MethodSource("paths")
  void whatIsNoJson(String path) throws Exception {
    for (String body :
        List.of(
            "{oops",
            "nothing",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",}",
            "{\"jsonrpc\":\"2.0\",\"id\":01,\"method\":\"ping\"}",
            "{'jsonrpc':'2.0'}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"params\":"
                + "{\"a\":".repeat(300)
                + "1"
                + "}".repeat(301))) {
      refused(path, body.getBytes(UTF_8), 400, PARSE_ERROR);
    }
    // An e with an accent in ISO 8859-1 is no UTF-8; UTF-16 is none, either.
    refused(
        path, "{\"jsonrpc\":\"2.0\",\"method\":\"\u00e9\"}".getBytes(ISO_8859_1), 400, PARSE_ERROR);
    refused(path, "{\"jsonrpc\":\"2.0\",\"method\":\"a\"}".getBytes(UTF_16BE), 400, PARSE_ERROR);
  }

  @ParameterizedTest
  @MethodSource("paths")
  void whatIsNoMessage(String path) throws Exception {
    for (String body :
        List.of(
            "[]",
            "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}]",
            "\"text\"",
            "7",
            "null",
            "{}",
            "{\"id\":1,\"method\":\"ping\"}",
            "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1}",
            "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"result\":{}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} {}")) {
      refused(path, body.getBytes(UTF_8), 400, INVALID_REQUEST);
    }
  }

  @ParameterizedTest
  @MethodSource("paths")
  void membersThatStandThereTwice(String path) throws Exception {
    for (String body :
        List.of(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"method\":\"tools/list\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":1,\"x\":2}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":"
                + "{\"name\":\"echo\",\"n\\u0061me\":\"slow\"}}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"_meta\":{},\"_meta\":{}}}")) {
      refused(path, body.getBytes(UTF_8), 400, INVALID_REQUEST);
    }
  }

  @ParameterizedTest
  @MethodSource("paths")
  void messagesThatAreTooLong(String path) throws Exception {
    String call =
        RawClient.message("1", "tools/list", "{\"x\":\"PAD\"," + RawClient.meta("{}") + "}");
    String longest = call.replace("PAD", "x".repeat(MAX_MESSAGE - call.length() + 3));
    assertThat(longest).hasSize(MAX_MESSAGE);
    RawClient client = new RawClient(registry, path);
    Said passed =
        RawClient.send(
            client.post(
                longest,
                "MCP-Protocol-Version",
                RawClient.MODERN_VERSION,
                "Mcp-Method",
                "tools/list"));
    assertThat(passed.status()).as(passed.toString()).isEqualTo(200);
    refused(path, (longest + " ").getBytes(UTF_8), 413, INVALID_REQUEST);
    Said said = RawClient.send(client.post("x".repeat(10 * MAX_MESSAGE)));
    assertThat(said.json().at("/error/message").asText()).contains("gateway.max-message");
  }

  @ParameterizedTest
  @MethodSource("paths")
  void versionsThatNobodySpeaks(String path) throws Exception {
    RawClient client = new RawClient(registry, path);
    Said said =
        RawClient.send(
            client.post(
                RawClient.message("1", "tools/list", "{}"), "MCP-Protocol-Version", "1999-01-01"));
    assertThat(said.status()).isEqualTo(400);
    assertThat(said.code()).isEqualTo(INVALID_REQUEST);
    assertThat(said.json().at("/error/message").asText()).contains("2025-11-25", "2026-07-28");
  }
}
