package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** npm's real server over the HTTP+SSE transport of 2024-11-05. */
class SseUpstreamIT {
  /** The server listens on all addresses, unless it is made not to. */
  private static final String ONLY_HERE =
      "data:text/javascript,import net from 'node:net';"
          + "const listen = net.Server.prototype.listen;"
          + "net.Server.prototype.listen = function (port, ...more) {"
          + " return listen.call(this, Number(port), '127.0.0.1', ...more); };";

  @TempDir static Path folder;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
  }

  private static Process serve(int port) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder("node", "--import", ONLY_HERE, Npm.everything(), "sse")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("PORT", Integer.toString(port));
    return builder.start();
  }

  private static void kill(Process server) {
    server.destroyForcibly();
    server.onExit().join();
  }

  @Test
  void aServerOfTheFirstTransportIsFoundOutUsedAndFoundAgain() throws Exception {
    int port = RegistryProcess.freePort();
    Instant before = Instant.now().minusSeconds(1);
    Process server = serve(port);
    try {
      String id = registry.registerHttp("sse", "http://127.0.0.1:" + port + "/sse");
      JsonNode found = Eventually.healthy(registry, id);
      assertThat(found.at("/upstream/0/server/era").asText()).isEqualTo("legacy");
      assertThat(found.at("/upstream/0/server/transport").asText()).isEqualTo("http+sse");
      assertThat(Instant.parse(found.at("/upstream/0/server/verdictAt").asText()))
          .isBetween(before, Instant.now());
      assertThat(found.get("capabilities").findValuesAsText("name")).contains("echo", "get-sum");
      echoes(id);

      kill(server);
      Eventually.status(registry, id, "error");
      server = serve(port);
      Eventually.status(registry, id, "active");
      echoes(id);
    } finally {
      kill(server);
    }
  }

  private static void echoes(String id) throws Exception {
    try (McpClient modern = McpClient.modern(registry.mcp(id), registry.key());
        McpClient legacy = McpClient.legacy(registry.mcp(id), registry.key())) {
      modern.connect("");
      legacy.connect("");
      assertThat(modern.text("echo", "{'message':'new'}")).isEqualTo("Echo: new");
      assertThat(legacy.text("echo", "{'message':'old'}")).isEqualTo("Echo: old");
      assertThat(
              legacy
                  .send(
                      "{'op':'call','name':'trigger-long-running-operation',"
                          + "'args':{'duration':1,'steps':2},'progress':true}")
                  .get("progress"))
          .isNotEmpty();
    }
  }

  @Test
  void whatIsNoMcpAddressAtAllIsSaidToBeNone() throws Exception {
    int port = RegistryProcess.freePort();
    Process server = serve(port);
    try {
      String id = registry.registerHttp("wrong", "http://127.0.0.1:" + port + "/nothing");
      JsonNode found =
          Eventually.soon()
              .until(
                  () -> registry.connection(id),
                  c -> c.at("/health/reason").asText().equals("protocol"));
      assertThat(found.at("/health/message").asText()).contains("HTTP 404", "HTTP+SSE");
    } finally {
      kill(server);
    }
  }
}
