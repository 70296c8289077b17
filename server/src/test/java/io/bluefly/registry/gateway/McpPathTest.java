package io.bluefly.registry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.bluefly.registry.gateway.Address.AllPools;
import io.bluefly.registry.gateway.Address.OneConnection;
import io.bluefly.registry.gateway.Address.OnePool;
import io.bluefly.registry.gateway.McpPath.Form;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class McpPathTest {
  @Test
  void eachAddressHasItsPaths() {
    assertThat(McpPath.parse("/mcp")).isEqualTo(new McpPath(new AllPools(), Form.MCP));
    assertThat(McpPath.parse("/connections/c1/mcp"))
        .isEqualTo(new McpPath(new OneConnection("c1"), Form.MCP));
    assertThat(McpPath.parse("/pools/files/sse"))
        .isEqualTo(new McpPath(new OnePool("files"), Form.SSE));
    McpPath messages = new McpPath(new OnePool("files"), Form.MESSAGES);
    assertThat(McpPath.parse(messages.text())).isEqualTo(messages);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/mcp/", "/sse", "/connections/mcp", "/connections//mcp", "/pools/a/b/mcp"})
  void otherPathsAreNotPartOfTheDataPlane(String path) {
    assertThat(McpPath.parse(path)).isNull();
  }
}
