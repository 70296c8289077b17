package io.bluefly.registry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import io.bluefly.registry.testkit.server.Era;
import io.bluefly.registry.testkit.server.TestServer;
import io.bluefly.registry.testkit.server.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Secrets of every kind are put wherever they may be, everything is used and broken once, and then
 * all that the registry says anywhere is searched for them. What is asked are all operations of the
 * contract that read: a new one is searched without being named here.
 */
class CanaryIT {
  private static final String ENVIRONMENT = "canary-of-the-environment";
  private static final String FILE = "canary-of-a-file";
  private static final String LITERAL = "canary-written-in-clear";
  private static final String CLIENT_SECRET = "s3cr3t-canary";
  private static final String TOKEN = "token-canary";

  @TempDir static Path folder;
  @TempDir static Path secrets;
  static ProtectedServer guarded;
  static RegistryProcess registry;
  static String agentKey;
  static final List<String> ids = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    guarded = new ProtectedServer(TestServer.start(Era.MODERN, Transport.HTTP));
    Files.writeString(secrets.resolve("FROM_FILE"), FILE + "\n");
    Files.writeString(secrets.resolve("CLIENT_SECRET"), CLIENT_SECRET + "\n");
    registry =
        RegistryProcess.start(
            folder,
            Map.of(
                "MCP_REGISTRY_SECRETS_DIR",
                secrets.toString(),
                "MCP_REGISTRY_SECRETS",
                "FROM_ENVIRONMENT,FROM_FILE,FROM_FILE@%1$s,CLIENT_SECRET@%1$s"
                    .formatted(guarded.origin()),
                "MCP_REGISTRY_AUDIT_CALLS",
                "true",
                "FROM_ENVIRONMENT",
                ENVIRONMENT));
    agentKey = registry.makeKey("agent", "read call", "");
    useEverything();
  }

  @AfterAll
  static void stop() {
    registry.close();
    guarded.close();
  }

  /** Connections that work and connections that do not, calls that succeed and calls that fail. */
  private static void useEverything() throws Exception {
    String works =
        """
        {"name": "child", "type": "server", "protocol": "stdio",
         "endpoint": {"command": "node", "args": ["%s", "stdio", "--token", "${FROM_ENVIRONMENT}",
             "--key=%s"],
           "env": {"A": "${FROM_FILE}", "B": "%s"}}}
        """
            .formatted(Npm.everything(), LITERAL, LITERAL);
    String crashes =
        """
        {"name": "crashes", "type": "server", "protocol": "stdio",
         "endpoint": {"command": "sh", "args": ["-c", "echo $A $B >&2; exit 3"],
           "env": {"A": "${FROM_FILE}", "B": "${FROM_ENVIRONMENT}"}}}
        """;
    String guardedServer =
        """
        {"name": "%s", "type": "server", "protocol": "http",
         "endpoint": {"url": "%s", "headers": {"X-Other": "${FROM_FILE}", "X-Clear": "%s"},
           "auth": {"type": "client-credentials", "tokenUrl": "%s/token", "clientId": "registry",
             "clientSecret": "%s"}}}
        """;
    String url = guarded.url() + "?key=" + LITERAL;
    String origin = guarded.origin();
    ids.add(registry.register(works));
    ids.add(registry.register(crashes));
    ids.add(
        registry.register(
            guardedServer.formatted("guarded", url, LITERAL, origin, "${CLIENT_SECRET}")));
    ids.add(registry.register(guardedServer.formatted("refused", url, LITERAL, origin, LITERAL)));
    Eventually.healthy(registry, ids.get(0));
    Eventually.status(registry, ids.get(1), "error");
    Eventually.healthy(registry, ids.get(2));
    Eventually.status(registry, ids.get(3), "error");
    for (String id : ids) {
      registry.send("POST", "/connections/" + id + "/health-check", "");
      for (String tool : List.of("echo", "get-env", "none")) {
        // What a server answers to a call is the caller's: only what the registry says counts.
        ModernHttp.at(registry, "/connections/" + id + "/mcp")
            .send("tools/call", "{'name':'" + tool + "','arguments':{}}");
      }
    }
    registry.send("POST", "/connections", works); // The name is taken.
    registry.send("PATCH", "/connections/" + ids.get(1), "{\"endpoint\":{\"cwd\":\"/none\"}}");
    registry.sendAs(LITERAL, "GET", "/connections", "");
  }

  /** All that can be read, as admin and as somebody else. */
  private static Map<String, String> outputs() throws Exception {
    Map<String, String> outputs = new LinkedHashMap<>();
    for (String path : readablePaths()) {
      for (String id : ids) {
        String each =
            path.replace("{connectionId}", id)
                .replace("{pool}", "guarded")
                .replaceAll("\\{.*?}", "none");
        outputs.put(each, said(registry.send("GET", each, "")));
        outputs.put(each + " for an agent", said(registry.sendAs(agentKey, "GET", each, "")));
      }
    }
    outputs.put(
        "discover", said(registry.send("POST", "/connections/discover", "{\"capabilities\":[]}")));
    outputs.put("events", events());
    outputs.put("log", String.join("\n", registry.log()));
    outputs.put("printed", String.join("\n", registry.printed()));
    outputs.put("audit", Files.readString(folder.resolve("audit.jsonl"), ISO_8859_1));
    outputs.put("refused", Files.readString(folder.resolve("refused.jsonl"), ISO_8859_1));
    outputs.put("arguments of the registry", registry.handle().info().toString());
    return outputs;
  }

  private static String said(Answer answer) {
    return answer.raw().headers().map() + answer.raw().body();
  }

  private static List<String> readablePaths() throws Exception {
    String document = registry.send("GET", "/openapi", "").raw().body();
    List<String> paths = new ArrayList<>();
    for (var path : new YAMLMapper().readTree(document).get("paths").properties()) {
      boolean stream = path.getKey().matches("/registry/(stream|events)");
      if (path.getValue().has("get") && !stream) {
        paths.add(path.getKey());
      }
    }
    return paths;
  }

  private static String events() throws Exception {
    StringBuilder all = new StringBuilder();
    try (McpSocket socket = new McpSocket(registry, "/registry/stream")) {
      socket.send("{'action':'subscribe','events':['connection-registered']}");
      String id =
          socket.next(m -> m.path("type").asText().equals("subscribed")).path("after").asText();
      String first = id.isEmpty() ? "" : ",'after':'" + id.replaceAll("-\\d+$", "-1") + "'";
      socket.send("{'action':'subscribe','requestId':'all'" + first + "}");
      registry.register("{\"name\":\"last\",\"type\":\"client\",\"protocol\":\"http\"}");
      socket.next(m -> {
        all.append(m).append('\n');
        return m.path("name").asText().equals("last") || m.toString().contains("\"last\"");
      });
    }
    return all.toString();
  }

  @Test
  void noSecretIsInAnyOutput() throws Exception {
    Map<String, String> outputs = outputs();
    for (String canary : List.of(ENVIRONMENT, FILE, LITERAL, CLIENT_SECRET, TOKEN)) {
      for (Map.Entry<String, String> output : outputs.entrySet()) {
        assertThat(output.getValue())
            .as("%s in %s", canary, output.getKey())
            .doesNotContain(canary);
      }
    }
    String admin = registry.key();
    outputs.forEach(
        (where, said) -> assertThat(said).as(where).doesNotContain(admin).doesNotContain(agentKey));
    assertThat(outputs.get("/connections")).contains("${FROM_ENVIRONMENT}").contains("***");
    assertThat(outputs.get("log")).isNotEmpty();
  }

  @Test
  void noResolvedSecretIsInTheDataDirectory() throws Exception {
    for (Path file : files()) {
      String content = Files.readString(file, ISO_8859_1);
      for (String canary : List.of(ENVIRONMENT, FILE, CLIENT_SECRET, TOKEN, agentKey)) {
        assertThat(content).as("%s in %s", canary, file).doesNotContain(canary);
      }
    }
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** The kernel shows any user of the machine what a process was started with. */
  @Test
  void aChildKnowsItsOwnSecretsOnly() throws Exception {
    JsonNode child = registry.connection(ids.getFirst());
    long pid = child.at("/upstream/0/pid").asLong();
    String environment = Files.readString(Path.of("/proc/" + pid + "/environ"), ISO_8859_1);
    assertThat(environment).contains(FILE).doesNotContain(ENVIRONMENT).doesNotContain("FROM_");
  }
}
