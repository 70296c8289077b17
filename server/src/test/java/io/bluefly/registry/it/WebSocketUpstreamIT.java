package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers behind a WebSocket: a real stdio server whose lines travel as text frames. */
class WebSocketUpstreamIT {
  @TempDir static Path folder;
  static Vertx vertx;
  static RegistryProcess registry;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    registry = RegistryProcess.start(folder);
  }

  @AfterAll
  static void stop() {
    registry.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** Serves {@code script} to each WebSocket that comes, by a process of its own. */
  private static HttpServer serve(String script, int port) {
    return vertx
        .createHttpServer(new HttpServerOptions().addWebSocketSubProtocol("mcp"))
        .webSocketHandler(socket -> bridge(socket, script))
        .listen(port, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join();
  }

  private static void bridge(ServerWebSocket socket, String script) {
    try {
      Process process = new ProcessBuilder("node", Npm.script(script), "stdio").start();
      socket.textMessageHandler(text -> write(process, text));
      socket.closeHandler(_ -> process.destroyForcibly());
      Thread.ofVirtual().start(() -> pump(process, socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Process process, String text) {
    try {
      process.getOutputStream().write((text + "\n").getBytes(UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void pump(Process process, ServerWebSocket socket) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        socket.writeTextMessage(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String register(String name, int port) throws Exception {
    return registry.register(
        """
        {"name": "%s", "type": "server", "protocol": "websocket",
         "endpoint": {"url": "ws://127.0.0.1:%d/mcp"}}
        """
            .formatted(name, port));
  }

  @Test
  void modernServerBehindAWebSocket() throws Exception {
    HttpServer server = serve("modern-server.mjs", 0);
    String id = register("modern-ws", server.actualPort());
    assertThat(Eventually.healthy(registry, id).at("/upstream/0/server/era").asText())
        .isEqualTo("modern");
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.text("echo", "{'text':'hello'}")).isEqualTo("hello");
    }
  }

  @Test
  void aServerThatComesBackIsFoundAgain() throws Exception {
    HttpServer first = serve("legacy-server.mjs", 0);
    int port = first.actualPort();
    String id = register("legacy-ws", port);
    Eventually.healthy(registry, id);
    first.close().toCompletionStage().toCompletableFuture().join();
    JsonNode lost = Eventually.status(registry, id, "error");
    assertThat(lost.at("/health/status").asText()).isEqualTo("unhealthy");
    serve("legacy-server.mjs", port);
    Eventually.status(registry, id, "active");
    try (McpClient client = McpClient.legacy(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.text("echo", "{'text':'again'}")).isEqualTo("again");
    }
  }
}
