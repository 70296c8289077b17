package io.bluefly.registry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.cli.Commands.Ran;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AddCommandTest {
  private static final String REGISTERED = "{\"id\": \"mcp-conn-1\", \"name\": \"files\"}";
  private static final String INITIALIZING =
      "{\"id\": \"mcp-conn-1\", \"health\": {\"status\": \"initializing\"}}";

  private FakeRegistry registry;
  private Commands commands;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry().on("POST /connections", 201, REGISTERED);
    commands = Commands.to(registry.url());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void addTellsWhatAHealthyServerOffers() {
    registry
        .on("GET /connections/mcp-conn-1", 200, INITIALIZING)
        .on(
            "GET /connections/mcp-conn-1",
            200,
            """
            {"id": "mcp-conn-1", "health": {"status": "healthy"},
             "capabilities": [{"kind": "tool"}, {"kind": "tool"}, {"kind": "prompt"}]}
            """);

    Ran ran = commands.run("add", "files", "--", "node", "x.js");

    assertThat(ran)
        .isEqualTo(
            new Ran(0, "files is healthy: 2 tools, 1 prompt, 0 resources (mcp-conn-1)\n", ""));
  }

  @Test
  void everythingBehindTheDashesIsTheServersCommand() {
    Path folder = Path.of("some").toAbsolutePath();

    commands.run(
        "add",
        "files",
        "--no-wait",
        "--pool=p",
        "--capability",
        "read",
        "--capability=write",
        "--env",
        "A=b=c",
        "--env=E=",
        "--cwd",
        "some/../some",
        "--capacity",
        "5",
        "--",
        "node",
        "--json",
        "--",
        "@x",
        "--pool=q");

    assertThat(registry.last().body())
        .isEqualTo(
            "{\"name\":\"files\",\"type\":\"server\",\"protocol\":\"stdio\",\"endpoint\":"
                + "{\"command\":\"node\",\"args\":[\"--json\",\"--\",\"@x\",\"--pool=q\"],"
                + "\"env\":{\"A\":\"b=c\",\"E\":\"\"},\"cwd\":\""
                + folder
                + "\"},\"pool\":\"p\",\"capacity\":5,\"capabilities\":[\"read\",\"write\"]}");
    assertThat(registry.last().header("Authorization")).isEqualTo("Bearer test-key");
  }

  @Test
  void theAddressTellsTheProtocol() {
    commands.run("add", "s", "--no-wait", "--url", "WSS://x/mcp", "--header", "X-Key=${K}");
    assertThat(registry.last().json().path("protocol").asText()).isEqualTo("websocket");
    assertThat(registry.last().json().at("/endpoint/headers/X-Key").asText()).isEqualTo("${K}");

    commands.run("add", "s", "--no-wait", "--url", "https://x/mcp");
    assertThat(registry.last().json().path("protocol").asText()).isEqualTo("http");
  }

  @Test
  void withoutWaitingOnlyTheRegistrationIsTold() {
    assertThat(commands.run("add", "files", "--no-wait", "--", "node").out())
        .isEqualTo("files is registered: mcp-conn-1.\n");
    assertThat(commands.run("add", "files", "--no-wait", "--json", "--", "node").out())
        .isEqualTo("{\"id\":\"mcp-conn-1\",\"name\":\"files\"}\n");
    assertThat(registry.asked()).hasSize(2);
  }

  @Test
  void aServerThatDoesNotWorkStaysRegistered() {
    registry.on(
        "GET /connections/mcp-conn-1",
        200,
        """
        {"id": "mcp-conn-1", "health": {"status": "unhealthy", "message": "no such\\n command."}}
        """);

    assertThat(commands.run("add", "files", "--", "node"))
        .isEqualTo(
            new Ran(
                1,
                "",
                "files is unhealthy: no such command; it stays registered as mcp-conn-1, and"
                    + " ./mcp-registry show files tells more.\n"));
  }

  @Test
  void aServerThatTakesTooLongStaysRegistered() {
    registry.on("GET /connections/mcp-conn-1", 200, INITIALIZING);

    Ran ran = commands.run("add", "files", "--json", "--", "node");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.out()).contains("\"initializing\"");
    assertThat(ran.err()).startsWith("files is still initializing; it stays registered");
  }

  @Test
  void whatDoesNotGoTogetherIsWrongUsage() {
    assertWrong("address with --url", "add", "files");
    assertWrong("not both", "add", "files", "--url", "http://x", "--", "node");
    assertWrong("--header belongs to --url", "add", "files", "--header", "A=b", "--", "node");
    assertWrong("--env and --cwd belong to a command", "add", "f", "--url", "http://x", "--cwd=x");
    assertWrong("--url must begin with", "add", "files", "--url", "ftp://x");
    assertWrong("--env must be name=value", "add", "files", "--env", "A", "--", "node");
    assertWrong("--env A is given twice", "add", "f", "--env", "A=1", "--env", "A=2", "--", "node");
    assertThat(registry.asked()).isEmpty();
  }

  private void assertWrong(String sentence, String... args) {
    Ran ran = commands.run(args);
    assertThat(ran.code()).isEqualTo(2);
    assertThat(ran.err()).contains(sentence).hasLineCount(1);
  }
}
