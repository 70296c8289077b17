package io.bluefly.registry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bluefly.registry.cli.Commands.Ran;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CallCommandTest {
  private static final String MCP = "POST /connections/mcp-conn-1/mcp";
  private static final String DETAILS =
      """
      {"id": "mcp-conn-1", "name": "files", "capabilities": [
        {"name": "read", "kind": "prompt"},
        {"name": "read", "kind": "tool", "schema": {"properties": {
          "path": {"type": "string"}, "head": {"type": "integer", "x-mcp-header": "Head"}}}}]}
      """;

  private FakeRegistry registry;
  private Commands commands;

  @BeforeEach
  void start() throws IOException {
    registry = new FakeRegistry().withConnection("files", "mcp-conn-1", DETAILS);
    commands = Commands.to(registry.url());
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void callPrintsTheText() {
    answer("{\"content\": [{\"type\": \"text\", \"text\": \"hello\"}]}");

    assertThat(commands.run("call", "files", "read", "--arg", "path=1"))
        .isEqualTo(new Ran(0, "hello\n", ""));
  }

  @Test
  void callSpeaksModernMcp() {
    answer("{\"content\": []}");

    commands.run("call", "files", "read", "--arg", "path=/é=1", "--arg", "head=3");

    FakeRegistry.Asked asked = registry.last();
    JsonNode params = asked.json().path("params");
    assertThat(asked.header("MCP-Protocol-Version")).isEqualTo("2026-07-28");
    assertThat(asked.header("Mcp-Name")).isEqualTo("read");
    assertThat(asked.header("Mcp-Param-Head")).isEqualTo("3");
    assertThat(asked.header("Authorization")).isEqualTo("Bearer test-key");
    assertThat(params.path("arguments")).hasToString("{\"path\":\"/é=1\",\"head\":3}");
    assertThat(params.path("_meta"))
        .hasToString(
            "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
                + "\"io.modelcontextprotocol/clientCapabilities\":{},"
                + "\"io.modelcontextprotocol/clientInfo\":"
                + "{\"name\":\"mcp-registry-cli\",\"version\":\"0.2.0\"}}");
  }

  @Test
  void theAnswerMayComeAsAStream() {
    registry.on(
        MCP,
        200,
        "text/event-stream",
        """
        data: {"jsonrpc": "2.0", "method": "notifications/progress", "params": {}}

        data: {"jsonrpc": "2.0", "id": 1, "result": {"content": [{"type": "text", "text": "x"}]}}

        """);

    assertThat(commands.run("call", "mcp-conn-1", "read").out()).isEqualTo("x\n");
  }

  @Test
  void aFailedToolIsAnError() {
    answer("{\"isError\": true, \"content\": [{\"type\": \"text\", \"text\": \"no such file\"}]}");

    assertThat(commands.run("call", "files", "read")).isEqualTo(new Ran(1, "", "no such file\n"));
    assertThat(commands.run("--json", "call", "files", "read"))
        .isEqualTo(
            new Ran(
                1,
                "{\"isError\":true,\"content\":[{\"type\":\"text\",\"text\":\"no such file\"}]}\n",
                ""));
  }

  @Test
  void aRefusedCallIsOneSentence() {
    registry.on(
        MCP,
        404,
        "{\"jsonrpc\": \"2.0\", \"id\": 1, \"error\": {\"code\": -32601, \"message\":"
            + " \"Not\\nso.\"}}");

    assertThat(commands.run("call", "files", "read"))
        .isEqualTo(
            new Ran(
                1,
                "",
                "read of files failed: Not so (code -32601); ./mcp-registry show files"
                    + " tells what it offers.\n"));
  }

  @Test
  void aServerThatWantsMoreGetsNothing() {
    answer("{\"resultType\": \"input_required\", \"inputRequests\": {}}");

    assertThat(commands.run("call", "files", "read"))
        .isEqualTo(
            new Ran(
                1,
                "",
                "read of files wants more from its client (input_required), which the command"
                    + " line can't give.\n"));
  }

  @Test
  void anArgumentThatDoesNotFitIsNotSent() {
    Ran ran = commands.run("call", "files", "read", "--arg", "head=x");

    assertThat(ran).isEqualTo(new Ran(2, "", "Argument 'head' must be an integer, not 'x'.\n"));
    assertThat(registry.asked()).noneMatch(asked -> asked.line().startsWith("POST"));
  }

  @Test
  void aStreamThatBreaksIsOneSentence() {
    registry.on(MCP, 200, "text/event-stream", ": keep-alive\n\n");

    Ran ran = commands.run("call", "files", "read");

    assertThat(ran.code()).isEqualTo(1);
    assertThat(ran.err()).contains("the stream ended before the answer").hasLineCount(1);
  }

  private void answer(String result) {
    registry.on(MCP, 200, "{\"jsonrpc\": \"2.0\", \"id\": 1, \"result\": " + result + "}");
  }
}
