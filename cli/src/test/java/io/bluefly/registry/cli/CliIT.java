package io.bluefly.registry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bluefly.registry.cli.Commands.Ran;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.testkit.RegistryProcess;
import io.bluefly.registry.testkit.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command as a process of its own, against a real registry and npm's file server. */
final class CliIT {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin/java").toString();
  private static final String CLI = "target/mcp-registry-cli.jar";
  private static final Path SERVER = Path.of("../server/target/mcp-registry-server.jar");
  private static final Path FILE_SERVER =
      Path.of(
          "../testkit/target/npm/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js");
  private static final Duration STARTED = Duration.ofSeconds(60);
  private static final long SECONDS = 90;

  @TempDir static Path folder;
  private static Process registry;
  private static String url;

  @BeforeAll
  static void start() throws IOException {
    assertThat(SERVER).as("the server's jar, built before this module").exists();
    int port = RegistryProcess.freePort();
    url = "http://127.0.0.1:" + port;
    registry = start(url, port, folder.resolve("data"), Map.of());
  }

  private static Process start(String url, int port, Path data, Map<String, String> environment)
      throws IOException {
    Path output = folder.resolve(port + ".out");
    ProcessBuilder builder =
        new ProcessBuilder(
                JAVA,
                "-jar",
                SERVER.toString(),
                "start",
                "--port",
                Integer.toString(port),
                "--data-dir",
                data.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process started = builder.start();
    await()
        .atMost(STARTED)
        .failFast("the registry ended", () -> !started.isAlive())
        .until(() -> Files.readString(output).contains("Listening on " + url));
    return started;
  }

  @AfterAll
  static void stop() throws InterruptedException {
    stop(registry);
  }

  private static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  @Test
  void aServerLivesFromAddToRm() throws Exception {
    Path files = Files.createDirectory(folder.resolve("files"));
    String path = Files.writeString(files.resolve("ä.txt"), "grüße\nzwei\n").toString();

    Ran added =
        cli("add", "files", "--", "node", FILE_SERVER.toRealPath().toString(), files.toString());
    assertThat(added.err()).isEmpty();
    assertThat(added.out())
        .matches("files is healthy: \\d+ tools, 0 prompts, 0 resources \\(mcp-conn-\\S+\\)\n");

    assertThat(cli("list").out()).contains("files  active  healthy  stdio");
    assertThat(Json.parse(cli("list", "--json").out()).at("/0/name").asText()).isEqualTo("files");
    assertThat(cli("discover", "read_text_file").out()).contains("files  0 %");
    assertThat(cli("show", "files").out()).contains("read_text_file ", "instance   open");

    assertThat(cli("call", "files", "read_text_file", "--arg", "path=" + path))
        .isEqualTo(new Ran(0, "grüße\nzwei\n", ""));
    assertThat(cli("call", "files", "read_text_file", "--arg=path=" + path, "--arg=head=1").out())
        .isEqualTo("grüße\n");
    assertThat(cli("call", "files", "read_text_file", "--arg=path=" + path, "--arg=head=x"))
        .isEqualTo(new Ran(2, "", "Argument 'head' must be a number, not 'x'.\n"));

    Ran denied = cli("call", "files", "read_text_file", "--args", "{\"path\": \"/etc/passwd\"}");
    assertThat(denied.code()).isEqualTo(1);
    assertThat(denied.out()).isEmpty();
    assertThat(denied.err()).contains("Access denied");

    assertThat(cli("pools").out()).containsPattern("files +least-loaded +1 +1 +1 ");
    assertThat(cli("pool", "files", "--strategy=priority", "--order=files").out())
        .startsWith("files\n  strategy   priority\n  order      files\n");
    assertThat(cli("pool", "files").out()).contains("strategy   priority", "active  healthy  0");
    assertThat(cli("pool", "files", "--order=other").err()).contains("its connections are files");

    assertThat(cli("rm", "files").code()).isZero();
    assertThat(cli("show", "files"))
        .isEqualTo(
            new Ran(
                1,
                "",
                "There is no connection 'files'; ./mcp-registry list shows what there is.\n"));
  }

  @Test
  void aServerThatDoesNotStartIsToldAndKept() throws Exception {
    Ran added = cli("add", "broken", "--", "node", folder.resolve("missing.js").toString());

    assertThat(added.code()).isEqualTo(1);
    assertThat(added.err()).startsWith("broken is unhealthy: ").contains("stays registered");
    assertThat(cli("show", "broken").out()).contains("last failure");
    assertThat(cli("rm", "broken", "--force").code()).isZero();
  }

  @Test
  void aWrongKeyIsRefused() throws Exception {
    Ran ran = cli("list", "--key", "wrong");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("refuses the key of --key");
  }

  @Test
  void aRegistryWithTlsIsTrustedByItsCertificate() throws Exception {
    TestCertificate own = TestCertificate.make(folder, "own", "EC", "ip:127.0.0.1");
    TestCertificate other = TestCertificate.make(folder, "other", "EC", "ip:127.0.0.1");
    int port = RegistryProcess.freePort();
    String at = "https://127.0.0.1:" + port;
    Path data = folder.resolve("secured");
    Process secured = start(at, port, data, own.settings());
    try {
      String dir = "--data-dir=" + data;
      assertThat(cli("list", "--registry", at, dir, "--ca=" + own.file()))
          .extracting(Ran::code, Ran::err)
          .containsExactly(0, "");
      Ran refused = cli("list", "--registry", at, dir, "--ca=" + other.file());
      assertThat(refused.code()).isEqualTo(1);
      assertThat(refused.err()).contains("certificate of " + at, "--ca").hasLineCount(1);
      assertThat(cli("list", "--registry", at).err()).contains("--ca").hasLineCount(1);
      String secure = url.replace("http", "https");
      assertThat(cli("list", "--registry", secure).err()).contains(" http://").hasLineCount(1);
      String plain = at.replace("https", "http");
      assertThat(cli("list", "--registry", plain).err()).contains("https://").hasLineCount(1);
    } finally {
      stop(secured);
    }
  }

  private static Ran cli(String... args) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(JAVA, "-XX:+UseSerialGC", "-jar", CLI));
    command.addAll(List.of(args));
    Path out = Files.createTempFile(folder, "cli", ".out");
    Path err = Files.createTempFile(folder, "cli", ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("MCP_REGISTRY_URL", url);
    builder.environment().put("MCP_REGISTRY_DATA_DIR", folder.resolve("data").toString());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().remove("MCP_REGISTRY_KEY");
    Process process = builder.start();
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the command did not end: " + List.of(args));
    }
    return new Ran(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }
}
