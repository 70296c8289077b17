package io.bluefly.registry.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpTransportTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String META =
      """
      "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",\
      "io.modelcontextprotocol/clientCapabilities":{}}\
      """;
  private static final String INITIALIZE =
      """
      {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",\
      "capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\
      """;

  private final HttpClient client = HttpClient.newHttpClient();
  private final TestServer server =
      TestServer.start(
          Options.of(Era.BOTH, Transport.HTTP)
              .withExtraTools(120)
              .withKeepAlive(Duration.ofMillis(50)));

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
  }

  private HttpRequest.Builder post(String body) {
    return HttpRequest.newBuilder(server.url())
        .timeout(Duration.ofSeconds(10))
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .POST(HttpRequest.BodyPublishers.ofString(body));
  }

  private HttpRequest.Builder modern(String method, String name, String params) {
    HttpRequest.Builder request =
        post("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"%s\",\"params\":{%s%s}}"
                .formatted(method, META, params))
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", method);
    return name.isEmpty() ? request : request.header("Mcp-Name", name);
  }

  private HttpRequest.Builder legacy(String session, String body) {
    return post(body).header("Mcp-Session-Id", session);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Opens a stream, and collects its lines. */
  private List<String> open(HttpRequest.Builder request) throws Exception {
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    List<String> lines = new CopyOnWriteArrayList<>();
    Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader reader =
              new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            reader.lines().forEach(lines::add);
          } catch (IOException | UncheckedIOException e) {
            lines.add("(closed)");
          }
        });
    return lines;
  }

  private static void awaitLine(List<String> lines, String part) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(lines).anyMatch(line -> line.contains(part)));
  }

  private String session() throws Exception {
    return send(post(INITIALIZE)).headers().firstValue("Mcp-Session-Id").orElseThrow();
  }

  @Test
  void aForgottenSessionIsUnknown() throws Exception {
    String session = session();
    String ping = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}";
    assertThat(send(legacy(session, ping)).statusCode()).isEqualTo(200);

    server.forgetSessions();

    assertThat(send(legacy(session, ping)).statusCode()).isEqualTo(404);
    assertThat(server.sessionsOpen()).isZero();
  }

  @Test
  void requestsAreKeptAsTheyCame() throws Exception {
    send(modern("tools/call", "echo", ", \"name\":\"echo\",\"arguments\":{ \"a\" : 1.0 }"));

    Arrived arrived = server.requests().getLast();
    assertThat(arrived.method()).isEqualTo("POST");
    assertThat(arrived.headers()).containsEntry("mcp-name", "echo");
    assertThat(arrived.body()).endsWith(", \"name\":\"echo\",\"arguments\":{ \"a\" : 1.0 }}}");
  }

  @Test
  void listsComeInPages() throws Exception {
    List<String> names = new ArrayList<>();
    String cursor = "";
    do {
      String params = cursor.isEmpty() ? "" : ",\"cursor\":\"" + cursor + "\"";
      JsonNode result = JSON.readTree(send(modern("tools/list", "", params)).body()).path("result");
      result.path("tools").forEach(tool -> names.add(tool.path("name").asText()));
      cursor = result.path("nextCursor").asText();
    } while (!cursor.isEmpty());

    assertThat(names).hasSizeGreaterThan(150).doesNotHaveDuplicates().contains("extra_0120");
    HttpResponse<String> bad = send(modern("tools/list", "", ",\"cursor\":\"mine\""));
    assertThat(bad.statusCode()).isEqualTo(200);
    assertThat(bad.body()).contains("-32602");
  }

  @Test
  void subscriptionsHearWhatTheyAskedForAndStayAlive() throws Exception {
    List<String> lines =
        open(
            modern(
                "subscriptions/listen",
                "",
                ",\"notifications\":{\"toolsListChanged\":true,"
                    + "\"resourceSubscriptions\":[\"test://watched-resource\"]}"));
    awaitLine(lines, "acknowledged");
    awaitLine(lines, ":");
    assertThat(server.subscribedUris()).containsExactly("test://watched-resource");

    server.toggleTool();
    server.togglePrompt();
    server.emitResourceUpdated("test://watched-resource");
    awaitLine(lines, "notifications/resources/updated");
    server.endSubscriptions();
    awaitLine(lines, "\"resultType\":\"complete\"");

    assertThat(lines).anyMatch(line -> line.contains("tools/list_changed"));
    assertThat(lines).noneMatch(line -> line.contains("prompts/list_changed"));
    await().atMost(Duration.ofSeconds(10)).until(() -> server.subscriptionsOpen() == 0);
  }

  @Test
  void legacySubscriptionsAreHeardOnTheGetStream() throws Exception {
    String session = session();
    send(
        legacy(
            session,
            """
            {"jsonrpc":"2.0","id":2,"method":"resources/subscribe",\
            "params":{"uri":"test://watched-resource"}}\
            """));
    List<String> lines =
        open(
            HttpRequest.newBuilder(server.url())
                .header("Accept", "text/event-stream")
                .header("Mcp-Session-Id", session));

    server.emitResourceUpdated("test://static-text");
    server.emitResourceUpdated("test://watched-resource");

    awaitLine(lines, "test://watched-resource");
    assertThat(lines).noneMatch(line -> line.contains("test://static-text"));
  }

  @Test
  void aModernClientThatLeavesCancels() throws Exception {
    HttpClient leaving = HttpClient.newHttpClient();
    HttpRequest slow =
        modern("tools/call", "slow", ",\"name\":\"slow\",\"arguments\":{\"ms\":60000}").build();
    var call = leaving.sendAsync(slow, HttpResponse.BodyHandlers.ofString());
    await().atMost(Duration.ofSeconds(10)).until(() -> server.requests().size() == 1);

    call.cancel(true);
    leaving.shutdownNow();

    await().atMost(Duration.ofSeconds(10)).until(() -> server.cancelledCalls() == 1);
  }

  @Test
  void errorsHaveTheStatusOfTheTable() throws Exception {
    String ofEcho = ",\"name\":\"echo\"";
    assertThat(send(modern("tools/call", "other", ofEcho)).statusCode()).isEqualTo(400);
    assertThat(send(modern("tools/call", "", ofEcho)).body()).contains("-32020");
    assertThat(send(modern("no/such", "", "")).statusCode()).isEqualTo(404);
    assertThat(send(modern("tools/call", "gone", ",\"name\":\"gone\"")).statusCode())
        .isEqualTo(200);
    assertThat(
            send(modern("tools/list", "", "").header("Origin", "http://evil.example")).statusCode())
        .isEqualTo(403);
    assertThat(send(legacy("unknown", INITIALIZE.replace("initialize", "ping"))).statusCode())
        .isEqualTo(404);
  }
}
