package io.bluefly.registry.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.testkit.ServerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that is ruled from outside. */
class ChaosTest {
  @TempDir Path path;
  private final HttpClient client = HttpClient.newHttpClient();
  private ChaosFolder folder;
  private TestServer server;

  @BeforeEach
  void start() {
    folder = new ChaosFolder(path);
    server =
        TestServer.start(
            Options.of(Era.MODERN, Transport.HTTP).withChaos(new Chaos(folder, "one")));
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    server.close();
  }

  private static HttpRequest call(URI url, String key) {
    return HttpRequest.newBuilder(url)
        .timeout(Duration.ofSeconds(10))
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
        .header("MCP-Protocol-Version", "2026-07-28")
        .header("Mcp-Method", "tools/call")
        .header("Mcp-Name", "put_once")
        .POST(
            HttpRequest.BodyPublishers.ofString(
                """
                {"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"put_once",\
                "arguments":{"key":"%s"},"_meta":{\
                "io.modelcontextprotocol/protocolVersion":"2026-07-28",\
                "io.modelcontextprotocol/clientCapabilities":{}}}}\
                """
                    .formatted(key)))
        .build();
  }

  private HttpResponse<String> send(URI url, String key) throws Exception {
    return client.send(call(url, key), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void behavesAsItIsToldFromOneRequestToTheNext() throws Exception {
    assertThat(send(server.url(), "a").body()).contains("\"text\":\"one\"");
    folder.behave("one", Behaviour.ERRING);
    assertThat(send(server.url(), "b").statusCode()).isEqualTo(500);
    folder.behave("one", Behaviour.GARBAGE);
    assertThat(send(server.url(), "c").body()).startsWith("<html>");
    folder.behave("one", Behaviour.slow(Duration.ofMillis(1)));
    assertThat(send(server.url(), "d").body()).contains("\"text\":\"one\"");
    folder.behave("one", Behaviour.NORMAL);
    assertThat(send(server.url(), "e").body()).contains("\"text\":\"one\"");
    assertThat(folder.executions())
        .extracting(Execution::key)
        .containsExactly("a", "b", "c", "d", "e");
  }

  @Test
  void whatAHungServerHasTakenIsNeverAnswered() throws Exception {
    folder.behave("one", Behaviour.HUNG);
    CompletableFuture<HttpResponse<String>> hung =
        client.sendAsync(call(server.url(), "a"), HttpResponse.BodyHandlers.ofString());
    Awaitility.await().until(() -> folder.executions().size() == 1);
    folder.behave("one", Behaviour.NORMAL);
    assertThat(send(server.url(), "b").statusCode()).isEqualTo(200);
    assertThat(hung).isNotDone();
  }

  @Test
  void whatAKilledProcessHasRunIsKnown() throws Exception {
    try (ServerProcess process =
        ServerProcess.start(
            Era.MODERN, Transport.HTTP, "--chaos", path.toString(), "--instance", "two")) {
      send(process.url(), "a");
    }
    assertThat(folder.executions()).containsExactly(new Execution("put_once", "a", "two"));
  }

  @Test
  void aServerThatIsKeptDownEndsWhenItIsStarted() throws Exception {
    folder.keepDown("three");
    List<String> command =
        TestServer.stdioCommand(Era.MODERN, "--chaos", path.toString(), "--instance", "three");
    assertThat(exitCode(command)).isEqualTo(1);
    folder.letStart("three");
    // One of stdio that is not kept down ends with its input.
    assertThat(exitCode(command)).isZero();
  }

  private static int exitCode(List<String> command) throws Exception {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    return process.waitFor();
  }
}
