package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.testkit.Inspector;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** npm's clients and the Inspector use npm's server-everything over each of its transports. */
class RealClientsIT {
  /** The server listens on all addresses, unless it is made not to. */
  private static final String ONLY_HERE =
      "data:text/javascript,import net from 'node:net';"
          + "const listen = net.Server.prototype.listen;"
          + "net.Server.prototype.listen = function (port, ...more) {"
          + " return listen.call(this, Number(port), '127.0.0.1', ...more); };";

  @TempDir static Path folder;
  @TempDir static Path home;
  static RegistryProcess registry;
  static final List<Process> servers = new ArrayList<>();
  static final Map<String, String> ids = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    registry = RegistryProcess.start(folder);
    ids.put("stdio", registry.registerNode("stdio", Npm.everything()));
    ids.put("http", registry.registerHttp("http", serve("streamableHttp") + "/mcp"));
    ids.put("sse", registry.registerHttp("sse", serve("sse") + "/sse"));
    ids.values().forEach(id -> Eventually.healthy(registry, id));
  }

  private static String serve(String transport) throws Exception {
    int port = RegistryProcess.freePort();
    ProcessBuilder builder =
        new ProcessBuilder("node", "--import", ONLY_HERE, Npm.everything(), transport)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("PORT", Integer.toString(port));
    servers.add(builder.start());
    return "http://127.0.0.1:" + port;
  }

  @AfterAll
  static void stop() {
    registry.close();
    for (Process server : servers) {
      server.destroyForcibly();
      server.onExit().join();
    }
  }

  private static String url(String server) {
    String id = ids.get(server);
    return id == null ? registry.url() + "/mcp" : registry.mcp(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdio", "http", "sse"})
  void theModernClient(String server) throws Exception {
    try (McpClient client = McpClient.modern(url(server), registry.key())) {
      uses(client, "");
    }
    try (McpClient client = McpClient.modern(url("all"), registry.key())) {
      uses(client, server + "__");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdio", "http", "sse"})
  void theLegacyClient(String server) throws Exception {
    try (McpClient client = McpClient.legacy(url(server), registry.key())) {
      uses(client, "");
    }
    try (McpClient client = McpClient.legacy(url("all"), registry.key())) {
      uses(client, server + "__");
    }
  }

  private static void uses(McpClient client, String prefix) throws Exception {
    client.connect("'sampling','elicitation','roots'");
    assertThat(client.send("{'op':'listTools'}").findValuesAsText("name"))
        .contains(prefix + "echo", prefix + "get-sum");
    assertThat(client.text(prefix + "echo", "{'message':'new'}")).isEqualTo("Echo: new");
    assertThat(client.text(prefix + "get-sum", "{'a':2,'b':3}")).contains("5");
    assertThat(
            client
                .call(prefix + "get-structured-content", "{'location':'New York'}")
                .at("/result/structuredContent/temperature")
                .isNumber())
        .isTrue();
    assertThat(
            client
                .send(
                    "{'op':'call','name':'%strigger-long-running-operation',".formatted(prefix)
                        + "'args':{'duration':0.2,'steps':2},'progress':true}")
                .get("progress"))
        .isNotEmpty();
    assertThat(client.send("{'op':'listPrompts'}").findValuesAsText("name"))
        .contains(prefix + "simple-prompt");
    assertThat(
            client
                .send("{'op':'getPrompt','name':'" + prefix + "simple-prompt'}")
                .at("/result/messages/0/content/text")
                .asText())
        .isNotEmpty();
    assertThat(client.request("resources/templates/list", "{}").findValuesAsText("uriTemplate"))
        .isNotEmpty();
    assertThat(client.send("{'op':'listResources'}").findValuesAsText("uri")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"stdio", "http", "sse"})
  void theServerAsksTheClientInTheMiddle(String server) throws Exception {
    for (McpClient client :
        List.of(
            McpClient.modern(url(server), registry.key()),
            McpClient.legacy(url(server), registry.key()))) {
      try (client) {
        client.connect("'sampling','elicitation'");
        assertThat(client.call("trigger-sampling-request", "{'prompt':'?'}").toString())
            .contains("sampled");
        assertThat(client.call("trigger-elicitation-request", "{}").toString()).contains("yes");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"stdio, modern", "http, modern", "sse, modern", "stdio, legacy", "sse, legacy"})
  void theInspector(String server, String era) throws Exception {
    JsonNode tools = inspect(server, "http", era, "--method", "tools/list");
    assertThat(tools.findValuesAsText("name")).contains("echo", "get-sum");
    assertThat(echo(server, "http", era, "echo")).contains("Echo: hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"modern", "legacy"})
  void theInspectorAtAllPools(String era) throws Exception {
    assertThat(echo("all", "http", era, "sse__echo")).contains("Echo: hello");
    assertThat(inspect("all", "http", era, "--method", "prompts/list").findValuesAsText("name"))
        .contains("stdio__simple-prompt", "http__simple-prompt");
  }

  @Test
  void theInspectorOverTheFirstTransport() throws Exception {
    Inspector inspector = new Inspector(home, registry.key());
    String url = registry.url() + "/pools/http/sse";
    assertThat(
            inspector.run(url, "sse", "legacy", "--method", "tools/list").findValuesAsText("name"))
        .contains("echo");
  }

  private static String echo(String server, String transport, String era, String tool)
      throws Exception {
    return inspect(
            server,
            transport,
            era,
            "--method",
            "tools/call",
            "--tool-name",
            tool,
            "--tool-arg",
            "message=hello")
        .toString();
  }

  private static JsonNode inspect(String server, String transport, String era, String... options)
      throws Exception {
    return new Inspector(home, registry.key()).run(url(server), transport, era, options);
  }
}
