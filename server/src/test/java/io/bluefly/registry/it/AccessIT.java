package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may speak to the registry, and under which names. */
class AccessIT {
  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry =
        RegistryProcess.start(
            folder, Map.of("MCP_REGISTRY_ALLOWED_HOSTS", "registry.example,other.example"));
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/connections",
        "/connections/x",
        "/connections/x/mcp",
        "/capabilities",
        "/registry/stats",
        "/registry/export",
        "/nowhere"
      })
  void withoutAKeyNothingIsTold(String path) throws Exception {
    var answer = registry.send(registry.request(path).GET());
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.header("www-authenticate")).startsWith("Bearer");
    assertThat(answer.body().get("type").asText())
        .isEqualTo("urn:mcp-registry:problem:unauthorized");
    assertThat(answer.body().get("detail").asText()).contains("admin.key");
  }

  @Test
  void clientsThatTryHttp2FirstAreServed() throws Exception {
    try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
      var answer =
          client.send(
              registry.request("/connections").header("X-API-Key", registry.key()).build(),
              java.net.http.HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theKeyIsTakenFromEitherHeader() throws Exception {
    String key = registry.key();
    assertThat(status("Authorization", "Bearer " + key)).isEqualTo(200);
    assertThat(status("authorization", "bearer " + key)).isEqualTo(200);
    assertThat(status("X-API-Key", key)).isEqualTo(200);
    for (String wrong : List.of("", "x", key + "x", key.substring(1))) {
      assertThat(status("X-API-Key", wrong)).isEqualTo(401);
    }
    assertThat(status("Authorization", "Basic " + key)).isEqualTo(401);
  }

  private static int status(String header, String value) throws Exception {
    return registry.send(registry.request("/connections").header(header, value).GET()).status();
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, 200",
    "LOCALHOST:3000, 200",
    "127.0.0.1:1, 200",
    "[::1]:3000, 200",
    "mcp-registry.local.bluefly.io, 200",
    "registry.example, 200",
    "evil.example, 403",
    "localhost.evil.example, 403",
    "127.0.0.1.nip.io, 403",
    "localhost:80@evil.example, 403",
  })
  void onlyKnownHostsAreServed(String host, int status) throws Exception {
    assertThat(rawStatus("Host: " + host)).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "http://localhost:3000, 200",
    "http://127.0.0.1:8080, 200",
    "https://registry.example, 200",
    "http://evil.example, 403",
    "null, 403",
    "file://localhost, 403",
    "http://localhost.evil.example, 403",
  })
  void onlyKnownOriginsAreServed(String origin, int status) throws Exception {
    assertThat(rawStatus("Host: localhost\r\nOrigin: " + origin)).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready"})
  void orchestratorsAreAnsweredUnderAnyName(String path) throws Exception {
    assertThat(rawStatus(path, "Host: 10.1.2.3:3000")).isEqualTo(200);
    assertThat(rawStatus("/health", "Host: 10.1.2.3:3000")).isEqualTo(403);
  }

  private static int rawStatus(String headers) throws IOException {
    return rawStatus("/health", headers);
  }

  /** Java's client does not let a test choose the Host. */
  private static int rawStatus(String path, String headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), registry.port())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n")
                  .getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      return Integer.parseInt(answer.substring(9, 12));
    }
  }

  @Test
  void whoIsNotLetInIsRefusedBeforeTheBodyIsRead() throws Exception {
    var answer =
        registry.send(
            registry
                .request("/connections")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{not json")));
    assertThat(answer.status()).isEqualTo(401);
  }
}
