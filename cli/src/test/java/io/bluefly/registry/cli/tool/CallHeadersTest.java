package io.bluefly.registry.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bluefly.registry.cli.http.Json;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CallHeadersTest {
  @Test
  void annotatedArgumentsAreHeadersToo() throws JsonProcessingException {
    Map<String, String> headers =
        headers(
            """
            {"properties": {
              "region": {"type": "string", "x-mcp-header": "Region"},
              "count": {"type": "integer", "x-mcp-header": "Count"},
              "dry": {"type": "boolean", "x-mcp-header": "Dry"},
              "absent": {"type": "string", "x-mcp-header": "Absent"},
              "nothing": {"type": "string", "x-mcp-header": "Nothing"},
              "bad": {"type": "string", "x-mcp-header": "no token"},
              "deep": {"properties": {"er": {"type": "string", "x-mcp-header": "Deeper"}}}
            }}
            """,
            """
            {"region": "Köln", "count": 42, "dry": false, "nothing": null, "bad": "x",
             "deep": {"er": "below"}}
            """);

    assertThat(headers)
        .containsEntry("Mcp-Param-Region", "=?base64?S8O2bG4=?=")
        .containsEntry("Mcp-Param-Count", "42")
        .containsEntry("Mcp-Param-Dry", "false")
        .containsEntry("Mcp-Param-Deeper", "below")
        .containsEntry("MCP-Protocol-Version", "2026-07-28")
        .containsEntry("Mcp-Method", "tools/call")
        .containsEntry("Mcp-Name", "tool")
        .containsEntry("Accept", "application/json, text/event-stream")
        .hasSize(8);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "plain text,plain text",
        " led,=?base64?IGxlZA==?=",
        "=?base64?eA==?=,=?base64?PT9iYXNlNjQ/ZUE9PT89?=",
        "é,=?base64?w6k=?=",
      })
  void whatIsNotSafeIsEncoded(String value, String expected) {
    assertThat(CallHeaders.encoded(value)).isEqualTo(expected);
  }

  private static Map<String, String> headers(String schema, String arguments)
      throws JsonProcessingException {
    return CallHeaders.of(new Tool("tool", Json.parse(schema)), Json.parse(arguments));
  }
}
