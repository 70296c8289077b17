package io.bluefly.registry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bluefly.registry.cli.Commands.Ran;
import io.bluefly.registry.cli.http.CliException;
import io.bluefly.registry.cli.http.Json;
import io.bluefly.registry.cli.http.Key;
import io.bluefly.registry.cli.http.RegistryAddress;
import io.bluefly.registry.cli.http.RegistryClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ErrorsTest {
  private static final String UNAUTHORIZED = "{\"status\": 401, \"detail\": \"Send the key\"}";

  @Test
  void noRegistryIsToldWithAWayOut() throws IOException {
    FakeRegistry gone = new FakeRegistry();
    gone.close();

    assertThat(Commands.to(gone.url()).run("list"))
        .isEqualTo(
            new Ran(
                1,
                "",
                "No registry answers at "
                    + gone.url()
                    + "; start one with ./mcp-registry start.\n"));
  }

  @Test
  void noKeyIsToldWhenOneIsNeeded(@TempDir Path dataDir) throws IOException {
    try (FakeRegistry registry = new FakeRegistry().on("GET /connections", 401, UNAUTHORIZED)) {
      Ran ran =
          new Commands()
              .run("list", "--registry", registry.url(), "--data-dir", dataDir.toString());

      assertThat(ran.code()).isEqualTo(1);
      assertThat(ran.err())
          .startsWith("No key: there is no " + dataDir.resolve("admin.key") + "; ")
          .hasLineCount(1);
      assertThat(registry.last().header("Authorization")).isEmpty();
    }
  }

  @Test
  void aRegistryWithoutAuthenticationNeedsNoKey(@TempDir Path dataDir) throws IOException {
    try (FakeRegistry registry =
        new FakeRegistry().on("GET /connections", 200, FakeRegistry.page(""))) {
      Ran ran = new Commands().run("--registry", registry.url(), "list", "--data-dir=" + dataDir);

      assertThat(ran.code()).isZero();
    }
  }

  @Test
  void aWrongKeyTellsWhereItCameFrom() throws IOException {
    try (FakeRegistry registry = new FakeRegistry().on("GET /connections", 401, UNAUTHORIZED)) {
      assertThat(Commands.to(registry.url()).run("list").err())
          .isEqualTo(
              "The registry at "
                  + registry.url()
                  + " refuses the key of MCP_REGISTRY_KEY; give its own with --data-dir or"
                  + " --key.\n");
    }
  }

  @Test
  void aProblemIsItsDetail() throws IOException {
    try (FakeRegistry registry =
        new FakeRegistry()
            .on("GET /connections", 503, "{\"title\": \"Busy\", \"detail\": \"Try\\n again\"}")) {
      assertThat(Commands.to(registry.url()).run("list")).isEqualTo(new Ran(1, "", "Try again.\n"));
    }
  }

  @Test
  void whoeverElseListensThereIsNoRegistry() throws IOException {
    try (FakeRegistry other = new FakeRegistry().on("GET /connections", 200, "text/html", "<p>")) {
      assertThat(Commands.to(other.url()).run("list").err())
          .contains("is no MCP Registry")
          .contains("check --registry")
          .hasLineCount(1);
    }
  }

  @Test
  void anAnswerThatDoesNotComeIsNotWaitedForForEver() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RegistryClient client =
          new RegistryClient(
              RegistryAddress.of("http://127.0.0.1:" + silent.getLocalPort(), Map.of()),
              new Key.Missing(Path.of("none")),
              null);

      assertThatThrownBy(
              () -> client.post("/x", Json.object(), Map.of(), Duration.ofMillis(20), _ -> ""))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("did not answer within 0 s");
    }
  }

  @Test
  void aFileOfCertificatesThatIsNoneIsToldBeforeAnythingIsSent(@TempDir Path folder)
      throws IOException {
    Path text = Files.writeString(folder.resolve("ca.pem"), "no certificate");
    Commands https = Commands.to("https://127.0.0.1:1");
    assertThat(https.run("list", "--ca", text.toString()))
        .isEqualTo(new Ran(2, "", text + ", which --ca names, holds no certificate in PEM.\n"));
    assertThat(https.with("MCP_REGISTRY_CA", folder.resolve("none").toString()).run("list").err())
        .isEqualTo(
            "There is no file " + folder.resolve("none") + ", which MCP_REGISTRY_CA names.\n");
    Commands here =
        new Commands()
            .with("MCP_REGISTRY_KEY", "test-key")
            .with("MCP_REGISTRY_PORT", "1")
            .with("MCP_REGISTRY_TLS_CERTIFICATE", text.toString());
    assertThat(here.run("list").err()).contains("which MCP_REGISTRY_TLS_CERTIFICATE names");
    assertThat(here.run("list", "--registry", "https://127.0.0.1:1").err())
        .contains("No registry answers at https://127.0.0.1:1");
  }

  @Test
  void wrongUsageIsOneSentence() {
    assertUsage("There is no command 'strat'; see ./mcp-registry --help.\n", "strat");
    assertUsage("Unknown option: '--x'; see ./mcp-registry add --help.\n", "add", "--x", "n");
    assertUsage("Missing required parameter: 'NAME'; see ./mcp-registry show --help.\n", "show");
    assertUsage(
        "Invalid value for option '--status': 'x' is none of [active, idle, error, disconnected];"
            + " see ./mcp-registry list --help.\n",
        "list",
        "--status",
        "x");
  }

  @Test
  void helpNamesStartToo() {
    Ran ran = new Commands().run("--help");

    assertThat(ran.code()).isZero();
    assertThat(ran.out()).contains("  start ").contains("  discover ");
    assertThat(new Commands().run("add", "--help").out()).contains("--url URL", "--registry=URL");
    assertThat(new Commands().run("--version").out()).isEqualTo("MCP Registry 0.2.0\n");
  }

  @Test
  void withoutACommandHelpIsShown() {
    Ran ran = new Commands().run();

    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains("Usage: ./mcp-registry");
  }

  private static void assertUsage(String sentence, String... args) {
    assertThat(new Commands().run(args)).isEqualTo(new Ran(2, "", sentence));
  }
}
