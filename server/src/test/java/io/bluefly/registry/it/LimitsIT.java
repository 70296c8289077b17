package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever asks for too much at once is told which limit it was, on both planes. */
class LimitsIT {

  @TempDir static Path folder;
  static RegistryProcess registry;
  static String server;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder, Map.of("MCP_REGISTRY_LIMITS_MAX_FRAME_RATE", "50"));
    server = TestServers.stdio(registry, "server", Era.MODERN);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String said(String request) throws Exception {
    try (RawSocket socket = new RawSocket(registry)) {
      socket.write(request);
      return socket.rest();
    }
  }

  private static String head(String path, String more) throws Exception {
    return "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%sContent-Length: 2\r\n\r\n{}"
        .formatted(path, registry.key(), more);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/connections", "/connections/%s/mcp", "/mcp"})
  void aHeadThatIsTooLarge(String path) throws Exception {
    String where = path.formatted(server);
    assertThat(said(head(where, "X: " + "y".repeat(17 << 10) + "\r\n")))
        .startsWith("HTTP/1.1 431 ")
        .contains("application/problem+json", "problem:head-too-large", "limits.max-head")
        .contains("nosniff");
    assertThat(said(head(where, "X: y\r\n".repeat(101))))
        .startsWith("HTTP/1.1 431 ")
        .contains("problem:head-too-large", "limits.max-headers");
    assertThat(said(head(where, "X: " + "y".repeat(1 << 20) + "\r\n"))).startsWith("HTTP/1.1 431 ");
  }

  @Test
  void aHeadOfManyHeadersIsTaken() throws Exception {
    try (RawSocket socket = new RawSocket(registry)) {
      socket.write(head("/connections/" + server + "/mcp", "X: y\r\n".repeat(95)));
      assertThat(socket.until("}")).startsWith("HTTP/1.1 400 ").contains("jsonrpc");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/connections", "/mcp"})
  void aRequestLineThatIsTooLong(String path) throws Exception {
    assertThat(said(head(path + "?" + "x".repeat(9_000), "")))
        .containsPattern("^HTTP/1[.]. 414 ")
        .contains("problem:request-line-too-long", "limits.max-request-line");
  }

  @Test
  void whatIsNoHttp() throws Exception {
    assertThat(said("hello\r\n\r\n"))
        .containsPattern("^HTTP/1[.]. 400 ")
        .contains("problem:malformed-request");
  }

  @ParameterizedTest
  @CsvSource({"/connections,problem:body-too-large", "/connections/%s/mcp,gateway.max-message"})
  void aBodyThatIsTooLong(String path, String text) throws Exception {
    var answer = registry.send("POST", path.formatted(server), "x".repeat(5 << 20));
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.raw().body()).contains(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void aBodyThatIsTooDeep(String opening) throws Exception {
    var answer = registry.send("POST", "/connections", opening.repeat(1_000));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("detail").asText()).contains("64");
    String message = "{\"params\":" + opening.repeat(1_000);
    var rpc = registry.send("POST", "/connections/" + server + "/mcp", message);
    assertThat(rpc.status()).isEqualTo(400);
    assertThat(rpc.body().at("/error/message").asText()).contains("256 levels");
  }

  @Test
  void aBodyOfTooManyTokens() throws Exception {
    String body = "{\"operations\":[" + "[],".repeat(1_000_000) + "[]]}";
    var answer = registry.send("POST", "/connections/batch", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().get("detail").asText()).contains("300000");
  }

  @Test
  void aMessageOfTooManyMembers() throws Exception {
    StringBuilder message = new StringBuilder("{\"jsonrpc\":\"2.0\",\"id\":1");
    for (int i = 0; i < 10_000; i++) {
      message.append(",\"m").append(i).append("\":1");
    }
    var answer = registry.send("POST", "/connections/" + server + "/mcp", message + "}");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body().at("/error/message").asText()).contains("members");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "identity, gzip"})
  void nothingIsDecompressed(String encoding) throws Exception {
    for (String path : new String[] {"/connections", "/connections/" + server + "/mcp"}) {
      var answer =
          registry.send(
              registry
                  .request(path)
                  .header("Authorization", "Bearer " + registry.key())
                  .header("Content-Type", "application/json")
                  .header("Content-Encoding", encoding)
                  .POST(HttpRequest.BodyPublishers.ofString("{}")));
      assertThat(answer.status()).isEqualTo(415);
      assertThat(answer.raw().body()).contains("Content-Encoding");
    }
  }

  /** Pings, empty parts of a message, and messages. */
  @ParameterizedTest
  @ValueSource(ints = {0x89, 0x00, 0x81})
  void framesWithoutEnd(int kind) throws Exception {
    try (RawSocket socket = new RawSocket(registry)) {
      socket.write(
          ("GET /connections/%s/mcp HTTP/1.1\r\n"
                  + "Host: 127.0.0.1\r\n"
                  + "Connection: Upgrade\r\n"
                  + "Upgrade: websocket\r\n"
                  + "Sec-WebSocket-Version: 13\r\n"
                  + "Sec-WebSocket-Protocol: mcp\r\n"
                  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  + "Authorization: Bearer %s\r\n\r\n")
              .formatted(server, registry.key()));
      assertThat(socket.until("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      if (kind == 0) {
        socket.write(new byte[] {0x01, (byte) 0x80, 0, 0, 0, 0});
      }
      for (int i = 0; i < 1_000; i++) {
        socket.write(new byte[] {(byte) kind, (byte) 0x80, 0, 0, 0, 0});
      }
      assertThat(socket.until("frames per second"))
          .endsWith("\u0003\u00f0a client may send 50 frames per second");
    }
  }

  @Test
  void honestFramesAreTaken() throws Exception {
    try (McpSocket socket = new McpSocket(registry, "/connections/" + server + "/mcp", "mcp")) {
      for (int i = 0; i < 20; i++) {
        socket.begin("nonsense", "{}");
      }
      assertThat(socket.next(_ -> true).has("error")).isTrue();
    }
  }

  @Test
  void aSettingOutOfRangeKeepsItFromStarting(@TempDir Path other) throws Exception {
    var refusal = RegistryProcess.refused(other, 0, Map.of("MCP_REGISTRY_LIMITS_MAX_HEADERS", "1"));
    assertThat(refusal.exitCode()).isEqualTo(1);
    assertThat(refusal.message())
        .isEqualTo("The setting mcp-registry.limits.max-headers must be 32 or more, not 1");
    var negative = Map.of("MCP_REGISTRY_GATEWAY_MAX_SESSIONS_PER_KEY", "-1");
    assertThat(RegistryProcess.refused(other, 0, negative).message())
        .isEqualTo(
            "The setting mcp-registry.gateway.max-sessions-per-key must be 0 or more, not -1");
  }
}
