package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.server.Era;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What every answer says to a browser, and what none says to a stranger. */
class SafeHeadersIT {
  private static final List<String> EVERYWHERE =
      List.of(
          "x-content-type-options: nosniff",
          "referrer-policy: no-referrer",
          "x-frame-options: deny",
          "cross-origin-resource-policy: same-origin");

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    TestServers.stdio(registry, "s", Era.MODERN);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static String head(String method, String path, String more) throws Exception {
    try (RawSocket socket = new RawSocket(registry)) {
      socket.write("%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n".formatted(method, path, more));
      return socket.until("\r\n\r\n").toLowerCase(Locale.ROOT);
    }
  }

  private static void isSafe(String head, int status) {
    assertThat(head).startsWith("http/1.1 " + status).contains(EVERYWHERE);
    assertThat(head.split("nosniff", -1)).as(head).hasSize(2); // Once.
    assertThat(head).doesNotContain("\r\nserver:", "x-powered-by", "vert", "netty");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /health, 200",
    "GET, /health/live, 200",
    "GET, /connections, 200",
    "GET, /metrics, 200",
    "GET, /nowhere, 404",
    "PUT, /connections, 405",
    "GET, //, 400",
    "GET, /docs, 200",
    "GET, /docs/docs.js, 200",
    "GET, /openapi, 200",
    "GET, /registry/stream, 426",
    "GET, /mcp, 400",
    "PUT, /mcp, 405",
    "GET, /pools/s/sse, 200",
    "GET, /pools/nothing/mcp, 404"
  })
  void everyAnswerHasThem(String method, String path, int status) throws Exception {
    isSafe(head(method, path, "Authorization: Bearer " + registry.key() + "\r\n"), status);
  }

  @ParameterizedTest
  @CsvSource({"/connections, 401", "/mcp, 401", "/nowhere, 401", "/health, 200"})
  void strangersGetThemToo(String path, int status) throws Exception {
    isSafe(head("GET", path, ""), status);
  }

  @Test
  void aRefusedHostGetsThem() throws Exception {
    try (RawSocket socket = new RawSocket(registry)) {
      socket.write("GET /connections HTTP/1.1\r\nHost: evil.example\r\n\r\n");
      isSafe(socket.until("\r\n\r\n").toLowerCase(Locale.ROOT), 403);
    }
  }

  @Test
  void callsHaveThemAndAreNotStored() throws Exception {
    var said = RawClient.ofPool(registry, "s").callModern("echo", "{\"text\":\"x\"}");
    assertThat(said.status()).isEqualTo(200);
    assertThat(said.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(said.header("cache-control")).isEqualTo("no-store");
    assertThat(said.raw().headers().firstValue("server")).isEmpty();
  }

  @Test
  void pagesRunNothingButTheirOwnScripts() throws Exception {
    var page = registry.send(registry.request("/docs"));
    assertThat(page.header("content-security-policy"))
        .contains("default-src 'self'", "object-src 'none'", "frame-ancestors 'none'")
        .doesNotContain("script-src", "unsafe-eval");
    assertThat(page.raw().body()).doesNotContain("<script>", "onload=");
  }

  /** Only {@code /health}, of which the reference says so, tells a stranger the version. */
  @Test
  void strangersAreNotToldTheVersion() throws Exception {
    String version = registry.send(registry.request("/health")).body().get("version").asText();
    for (String path : List.of("/connections", "/mcp", "/nowhere", "/health/live", "/docs")) {
      var answer = registry.send(registry.request(path));
      assertThat(answer.raw().body() + answer.raw().headers().map()).doesNotContain(version);
    }
  }
}
