package io.bluefly.registry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.testkit.Bubblewrap;
import io.bluefly.registry.testkit.McpClient;
import io.bluefly.registry.testkit.Npm;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.RegistryProcess.Answer;
import java.io.File;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers in a real sandbox. The same server outside of one is the measure: what it can do there
 * and not in the sandbox is what the sandbox keeps it from. {@link MissingSandboxIT} needs none.
 */
class SandboxIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a server can do, one word for each, into the file {@code found} of its folder. */
  private static final String EXPLORER =
      """
      cd "$WORK"
      {
        cat "$DATA/admin.key" >/dev/null 2>&1 && echo key
        ls "$DATA"/*.db >/dev/null 2>&1 && echo database
        touch "$OUTSIDE/file" 2>/dev/null && echo outside
        [ -e "$HOME/.." ] && [ -n "$(ls -A "$HOME")" ] && echo home
        [ -n "$(ls -A /run)" ] && echo run
        [ "$(ls -d /proc/[0-9]* | wc -l)" -gt 9 ] && echo processes
        grep -q '^CapEff:.*[1-9a-f]' /proc/self/status && echo capabilities
        node -e 'require("net").connect(process.env.PORT, "127.0.0.1")
          .on("error", () => process.exit(1)).on("connect", () => process.exit(0))' && echo network
        touch "$WORK/file" && echo work
        echo end
      } > found 2>errors
      exec sh "$TINY" "$@"
      """;

  @TempDir Path folder;
  private Path work;
  private RegistryProcess registry;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Bubblewrap.isUsable(), "bubblewrap can't be used on this machine");
    folder = folder.toRealPath();
    work = Files.createDirectories(folder.resolve("work"));
    registry = RegistryProcess.start(data(), settings(Map.of()));
  }

  @AfterEach
  void stop() {
    if (registry != null) {
      registry.close();
    }
  }

  private Path data() {
    return folder.resolve("data");
  }

  private static Map<String, String> settings(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("MCP_REGISTRY_SANDBOX_EXECUTABLE", Bubblewrap.executable());
    return settings;
  }

  private void restartRequired(Map<String, String> more) throws Exception {
    registry.close();
    Map<String, String> settings = settings(more);
    settings.put("MCP_REGISTRY_SANDBOX_REQUIRED", "true");
    settings.put("MCP_REGISTRY_SANDBOX_READABLE", String.join(",", readable()));
    settings.put("MCP_REGISTRY_SANDBOX_WRITABLE", work.toString());
    registry = RegistryProcess.start(data(), settings);
  }

  /** What tests need to see, wherever the checkout and node are. */
  private List<String> readable() throws Exception {
    return List.of(folder.toString(), Npm.folder().toString(), nodePrefix().toString());
  }

  private static Path nodePrefix() throws Exception {
    for (String place : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path node = Path.of(place, "node");
      if (Files.isExecutable(node)) {
        return node.toRealPath().resolve("../..").normalize();
      }
    }
    throw new IllegalStateException("node is not in PATH");
  }

  /** A registration of a server, in a sandbox unless {@code sandbox} is null. */
  private ObjectNode server(
      String name, @Nullable ObjectNode sandbox, String command, String... args) {
    ObjectNode json = JSON.createObjectNode();
    json.put("name", name).put("type", "server").put("protocol", "stdio");
    ObjectNode endpoint = json.putObject("endpoint");
    endpoint.put("command", command).set("args", JSON.valueToTree(Arrays.asList(args)));
    if (sandbox != null) {
      endpoint.set("sandbox", sandbox);
    }
    return json;
  }

  private ObjectNode sandbox(boolean network) throws Exception {
    ObjectNode sandbox = JSON.createObjectNode().put("network", network);
    sandbox.set("readable", JSON.valueToTree(readable()));
    sandbox.putArray("writable").add(work.toString());
    return sandbox;
  }

  private ObjectNode explorer(
      String name, @Nullable ObjectNode sandbox, String port, String... args) {
    String[] all = new String[args.length + 3];
    all[0] = "-c";
    all[1] = EXPLORER;
    all[2] = "explorer";
    System.arraycopy(args, 0, all, 3, args.length);
    ObjectNode json = server(name, sandbox, "sh", all);
    ObjectNode env = ((ObjectNode) json.get("endpoint")).putObject("env");
    env.put("DATA", data().toString());
    env.put("WORK", work.toString());
    env.put("OUTSIDE", folder.toString());
    env.put("PORT", port);
    env.put("TINY", Npm.script("tiny-server.sh"));
    return json;
  }

  private List<String> found(ObjectNode registration) throws Exception {
    Eventually.healthy(registry, registry.register(registration.toString()));
    return Files.readAllLines(work.resolve("found"));
  }

  @Test
  void aServerFindsNothingButWhatItIsGiven() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(listener.getLocalPort());
      assertThat(found(explorer("free", null, port)))
          .contains("key", "database", "outside", "processes", "network", "work", "end");
      assertThat(found(explorer("boxed", sandbox(false), port))).containsExactly("work", "end");
      assertThat(found(explorer("connected", sandbox(true), port)))
          .containsExactly("network", "work", "end");
    }
  }

  @Test
  void noVariableRunsCodeInTheProgramsThatMakeIt() throws Exception {
    restartRequired(Map.of("MCP_REGISTRY_COMMANDS_VARIABLES", "LD_PRELOAD"));
    ObjectNode preloading = explorer("preloading", sandbox(false), "1");
    ((ObjectNode) preloading.at("/endpoint/env")).put("LD_PRELOAD", work + "/own.so");
    Answer refused = registry.send("POST", "/connections", preloading.toString());
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body().at("/violations/0/field").asText())
        .isEqualTo("body/endpoint/env/LD_PRELOAD");
  }

  @Test
  void whatWasStoredBeforeIsNotStartedWithSuchAVariable() throws Exception {
    ObjectNode free = explorer("free", null, "1");
    ((ObjectNode) free.at("/endpoint/env")).put("LD_BIND_NOW", "1");
    String id = registry.register(free.toString());
    Eventually.healthy(registry, id);
    restartRequired(Map.of());
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/message").asText()).contains("endpoint.env.LD_BIND_NOW");
  }

  @Test
  void whereItIsRequiredNobodyIsOutsideAndNobodyGetsMore() throws Exception {
    restartRequired(Map.of());
    String look = "ls -A /tmp /home /root >&2; echo done >&2; exit 5";
    String id = registry.register(server("plain", null, "sh", "-c", look).toString());
    JsonNode ended = Eventually.status(registry, id, "error");
    assertThat(ended.at("/health/message").asText()).contains("exited with code 5");
    assertThat(ended.at("/upstream/0/stderr").toString())
        .contains("done")
        .doesNotContain(folder.getFileName().toString());
    Answer refused =
        registry.send("POST", "/connections", explorer("greedy", sandbox(true), "1").toString());
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body().at("/violations/0/field").asText())
        .isEqualTo("body/endpoint/sandbox/network");
    assertThat(found(explorer("modest", sandbox(false), "1"))).containsExactly("work", "end");
    restartRequired(Map.of("MCP_REGISTRY_SANDBOX_ALLOW_NETWORK", "true"));
    registry.register(explorer("greedy", sandbox(true), "1").toString());
  }

  @Test
  void whatAnOperatorNoLongerSharesKeepsTheServerFromStarting() throws Exception {
    ObjectNode sandbox = sandbox(false);
    Path other = Files.createDirectories(folder.resolve("other"));
    sandbox.withArray("writable").add(other.toString());
    String id = registry.register(explorer("wide", sandbox, "1").toString());
    Eventually.healthy(registry, id);
    restartRequired(Map.of());
    JsonNode connection = Eventually.status(registry, id, "error");
    assertThat(connection.at("/health/reason").asText()).isEqualTo("configuration");
    assertThat(connection.at("/health/message").asText())
        .contains("endpoint.sandbox.writable.1", "mcp-registry.sandbox.writable");
  }

  @Test
  void everyProcessOfASandboxEndsWithItsConnection() throws Exception {
    String id =
        registry.register(explorer("forks", sandbox(false), "1", "forks", work + "").toString());
    List<ProcessHandle> family = family(id);
    registry.send("DELETE", "/connections/" + id, "");
    Eventually.until(() -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  @Test
  void everyProcessOfASandboxEndsWithARegistryThatIsKilled() throws Exception {
    String id =
        registry.register(explorer("forks", sandbox(false), "1", "forks", work + "").toString());
    List<ProcessHandle> family = family(id);
    registry.kill();
    Eventually.until(() -> family.stream().noneMatch(ProcessHandle::isAlive));
  }

  /** Two of bubblewrap, the server, and those that it forks. */
  private List<ProcessHandle> family(String id) throws Exception {
    long pid = Eventually.healthy(registry, id).at("/upstream/0/pid").asLong();
    Eventually.until(() -> Files.exists(work.resolve("outside")));
    ProcessHandle sandbox = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> family = new ArrayList<>(sandbox.descendants().toList());
    family.add(sandbox);
    assertThat(family).hasSizeGreaterThan(4);
    return family;
  }

  @Test
  void aServerThatCrashesInItsSandboxIsStartedAgain() throws Exception {
    String id = registry.register(explorer("mortal", sandbox(false), "1").toString());
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      client.call("die", "{}");
    }
    Eventually.until(() -> registry.connection(id).at("/upstream/0/restarts").asInt() == 1);
    assertThat(Eventually.healthy(registry, id).at("/upstream/0/lastFailure/message").asText())
        .contains("exited with code 3");
  }

  @Test
  void theFileSystemServerWorksInItAndInItsFolderOnly() throws Exception {
    Files.writeString(work.resolve("read"), "something");
    String id =
        registry.register(
            server("files", sandbox(false), "node", Npm.filesystem(), folder.toString())
                .toString());
    Eventually.healthy(registry, id);
    try (McpClient client = McpClient.modern(registry.mcp(id), registry.key())) {
      client.connect("");
      assertThat(client.text("read_text_file", "{'path':'%s'}".formatted(work.resolve("read"))))
          .isEqualTo("something");
      client.call("write_file", write(work.resolve("written")));
      assertThat(work.resolve("written")).hasContent("text");
      assertThat(client.call("write_file", write(folder.resolve("written"))).toString())
          .contains("EROFS");
    }
    assertThat(folder.resolve("written")).doesNotExist();
  }

  private static String write(Path file) {
    return "{'path':'%s','content':'text'}".formatted(file);
  }

  @Test
  void aProcessThatWantsMoreThanItsLimitsFails() throws Exception {
    String greedy =
        """
        {
          node -e 'for (let i = 0; i < 100; i++) require("fs").openSync("/dev/null")' && echo files
          node -e 'for (let i = 0, a = []; i < 400; i++) a.push(Buffer.alloc(1 << 20, 1))' && echo memory
          node -e 'while (process.cpuUsage().user < 2e6);' && echo processor
          echo end
        } > "$WORK/found" 2>/dev/null
        exec sh "$TINY"
        """;
    ObjectNode free = explorer("free", sandbox(false), "1");
    ((ObjectNode) free.get("endpoint")).putArray("args").add("-c").add(greedy);
    assertThat(found(free)).containsExactly("files", "memory", "processor", "end");
    ObjectNode bound = free.deepCopy().put("name", "bound");
    ((ObjectNode) bound.get("endpoint"))
        .putObject("limits")
        .put("memoryMb", 256)
        .put("cpuSeconds", 1);
    assertThat(found(bound)).containsExactly("files", "end");
    registry.close();
    registry =
        RegistryProcess.start(
            folder.resolve("other"),
            settings(Map.of("MCP_REGISTRY_COMMANDS_LIMITS_OPEN_FILES", "64")));
    bound.put("name", "all");
    assertThat(found(bound)).containsExactly("end");
  }
}
